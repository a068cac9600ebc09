//! A client that speaks to the emulated tenant in memory.

use http::{HeaderMap, Request, StatusCode};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation};
use serde_json::Value;
use swyx_teams::emulator::{Emulator, Facts, Options};

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The AADSTS number and the status.
    pub fn code(&self) -> (u64, u16) {
        (self.json()["error_codes"][0].as_u64().unwrap_or_default(), self.status.as_u16())
    }
}

/// A tenant.
pub struct Tenant(pub Emulator);

impl Tenant {
    pub fn new(options: Options) -> Self {
        Self(Emulator::new(options).expect("a tenant"))
    }

    pub fn facts(&self) -> &Facts {
        self.0.facts()
    }

    pub fn id(&self) -> String {
        self.facts().tenant_id.clone()
    }

    pub fn client_id(&self) -> String {
        self.facts().client_id.clone().expect("an application")
    }

    pub fn secret(&self) -> String {
        self.facts().client_secret.clone().expect("a secret")
    }

    /// The answer; `Err` where its reply was dropped.
    pub async fn try_send(&self, request: Request<Vec<u8>>) -> Result<Answer, String> {
        let response = self.0.answer(request).await;
        let (head, body) = response.into_parts();
        let bytes = body.bytes().await.map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).expect("UTF-8");
        Ok(Answer { status: head.status, headers: head.headers, text })
    }

    pub async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Vec::new()).expect("a request")).await
    }

    /// A GET of Graph with a token.
    pub async fn graph(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(format!("/v1.0{path}")).header("authorization", format!("Bearer {token}"));
        self.send(request.body(Vec::new()).expect("a request")).await
    }

    /// A POST of JSON to Graph with a token.
    pub async fn graph_post(&self, token: &str, path: &str, body: &Value) -> Answer {
        let request =
            Request::post(format!("/v1.0{path}")).header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        self.send(request.body(Vec::from(body.to_string())).expect("a request")).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path, fields)).await
    }

    /// A request to the token endpoint.
    pub async fn token(&self, tenant: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(&format!("/{tenant}/oauth2/v2.0/token"), fields).await
    }

    /// A sign-in of the application with its secret.
    pub async fn sign_in(&self) -> Answer {
        self.sign_in_with(&self.client_id(), &self.secret()).await
    }

    pub async fn sign_in_with(&self, client: &str, secret: &str) -> Answer {
        let scope = "https://graph.microsoft.com/.default";
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret),
            ("scope", scope),
        ];
        self.token(&self.id(), &fields).await
    }

    /// The claims of a token, if the published keys verify it.
    pub async fn verified(&self, token: &str) -> Result<TokenData<Value>, jsonwebtoken::errors::Error> {
        let keys = self.get(&format!("/{}/discovery/v2.0/keys", self.id())).await.text;
        let keys = serde_json::from_str::<JwkSet>(&keys).expect("a key set");
        let id = jsonwebtoken::decode_header(token)?.kid.unwrap_or_default();
        let key = keys.find(&id).ok_or(jsonwebtoken::errors::ErrorKind::InvalidKeyFormat)?;
        verified_by(token, key)
    }
}

pub fn form(path: &str, fields: &[(&str, &str)]) -> Request<Vec<u8>> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    request.body(Vec::from(body)).expect("a request")
}

pub fn verified_by(token: &str, key: &Jwk) -> Result<TokenData<Value>, jsonwebtoken::errors::Error> {
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_aud = false;
    jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key)?, &rules)
}
