//! A tenant to test against: applications with chosen roles, and calls on their behalf.

use http::Request;
use serde_json::{Value, json};
use swyx_teams::emulator::{Emulator, Options};

/// What the synchronisation holds.
pub(crate) const SYNC: &[&str] = &["Presence.ReadWrite.All", "User.ReadBasic.All"];

pub(crate) struct Tenant {
    pub(crate) emulator: Emulator,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_else(|| panic!("{member} in {}", self.body)).to_owned()
    }

    /// The answers to the parts of a batch, in the order of the answer.
    pub(crate) fn parts(&self) -> Vec<Self> {
        let parts = self.body["responses"].as_array().unwrap_or_else(|| panic!("parts in {}", self.body));
        let status = |part: &Value| part["status"].as_u64().and_then(|status| status.try_into().ok());
        let parts = parts.iter();
        parts
            .map(|part| Self { status: status(part).expect("a status"), body: part["body"].clone() })
            .collect()
    }

    /// The roles in the token of this answer.
    pub(crate) fn roles(&self) -> Vec<String> {
        let token = self.text("access_token");
        let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&token).expect("a token").claims;
        let roles = claims["roles"].as_array().cloned().unwrap_or_default();
        roles.iter().filter_map(|role| role.as_str().map(str::to_owned)).collect()
    }

    /// The values of one member in a list.
    pub(crate) fn each(&self, member: &str) -> Vec<&str> {
        let list = self.body["value"].as_array().unwrap_or_else(|| panic!("a list in {}", self.body));
        list.iter().map(|object| object[member].as_str().unwrap_or("-")).collect()
    }

    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.body);
        let inner = &self.body["error"]["innerError"];
        assert!(inner["date"].is_string() && inner["request-id"].is_string(), "{}", self.body);
    }
}

impl Tenant {
    /// The scenario `ready`.
    pub(crate) fn ready() -> Self {
        Self::of(Options::default())
    }

    pub(crate) fn of(options: Options) -> Self {
        Self { emulator: Emulator::new(options).expect("a tenant") }
    }

    /// A tenant with an application for each list of permissions, and the members of `more`.
    pub(crate) fn with(roles: &[&[&str]], more: Value) -> Self {
        Self::of(Options::default().state(state(roles, more)))
    }

    pub(crate) fn admin(&self) -> String {
        self.emulator.facts().admin_token.clone()
    }

    /// The client id of the application of that number.
    pub(crate) fn app_id(number: usize) -> String {
        format!("00000000-0000-4000-8000-{number:012}")
    }

    /// A token of the application of that number.
    pub(crate) async fn app(&self, number: usize) -> String {
        self.token(&Self::app_id(number), &format!("secret-{number}")).await
    }

    /// A token of the scenario's application.
    pub(crate) async fn first(&self) -> String {
        let facts = self.emulator.facts();
        let (id, secret) =
            (facts.client_id.clone().expect("an id"), facts.client_secret.clone().expect("a secret"));
        self.token(&id, &secret).await
    }

    async fn token(&self, id: &str, secret: &str) -> String {
        self.sign_in(id, secret).await.text("access_token")
    }

    /// What the token endpoint answers to an application.
    pub(crate) async fn sign_in(&self, id: &str, secret: &str) -> Answer {
        let form = format!(
            "grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=https://graph.microsoft.com/.default"
        );
        self.form("token", form).await
    }

    /// A token of the administrator with one scope, by device code from Microsoft's command line tools.
    pub(crate) async fn user_token(&self, scope: &str) -> String {
        let client = "client_id=14d82eec-204b-4c2f-b7e8-296a70dab67e";
        let form = format!("{client}&scope=https://graph.microsoft.com/{scope}");
        let code = self.form("devicecode", form).await.text("device_code");
        for _ in 0..3 {
            let grant = "urn:ietf:params:oauth:grant-type:device_code";
            let answer = self.form("token", format!("{client}&grant_type={grant}&device_code={code}")).await;
            if answer.status == 200 {
                return answer.text("access_token");
            }
            tokio::time::advance(std::time::Duration::from_secs(6)).await;
        }
        panic!("nobody approved");
    }

    async fn form(&self, end: &str, form: String) -> Answer {
        let tenant = &self.emulator.facts().tenant_id;
        let request = Request::post(format!("https://localhost:8443/{tenant}/oauth2/v2.0/{end}"))
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Vec::from(form)).unwrap()).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, "GET", path, None).await
    }

    /// A GET of Graph's beta version.
    pub(crate) async fn get_beta(&self, token: &str, path: &str) -> Answer {
        self.get(token, &format!("https://localhost:8443/beta{path}")).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, "POST", path, Some(body)).await
    }

    pub(crate) async fn call(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call_with(token, method, path, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request =
            Request::builder().method(method).header("authorization", format!("Bearer {token}"));
        request = request.uri(if path.starts_with("https:") {
            path.to_owned()
        } else {
            format!("https://localhost:8443/v1.0{path}")
        });
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Vec::new, |body| Vec::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        let answer = self.emulator.answer(request).await;
        let (head, body) = answer.into_parts();
        let body = body.bytes().await.expect("a body");
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") };
        Answer { status: head.status.as_u16(), body }
    }

    /// The object id of a service principal.
    pub(crate) async fn principal(&self, app_id: &str) -> String {
        self.get(&self.admin(), &format!("/servicePrincipals(appId='{app_id}')")).await.text("id")
    }

    /// The object id of a user.
    pub(crate) async fn user(&self, name: &str) -> String {
        self.get(&self.admin(), &format!("/users/{name}?$select=id")).await.text("id")
    }
}

/// A state with an application for each list of application permissions.
pub(crate) fn state(roles: &[&[&str]], more: Value) -> String {
    let applications = roles.iter().enumerate().map(|(number, roles)| {
        json!({"appId": Tenant::app_id(number), "displayName": format!("App {number}"),
            "secrets": [{"value": format!("secret-{number}")}], "granted": {"application": roles}})
    });
    let mut state = json!({"applications": applications.collect::<Vec<_>>(), "users": [
        {"userPrincipalName": "ada@contoso.example", "mail": "Ada.L@contoso.example", "displayName": "Ada", "givenName": "Ada",
            "surname": "L", "proxyAddresses": ["SMTP:ada.l@contoso.example", "smtp:countess@contoso.example"]},
        {"userPrincipalName": "bob@contoso.example", "displayName": "Bob", "accountEnabled": false},
        {"userPrincipalName": "lobby@contoso.example", "displayName": "Lobby", "teams": false},
    ]});
    for (name, value) in more.as_object().expect("an object") {
        state[name] = value.clone();
    }
    state.to_string()
}
