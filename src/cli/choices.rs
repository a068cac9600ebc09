//! The library's choices as values of options. The library names and describes them; only this file depends on the parser.

use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::emulator::{DeviceCode, Scenario};
use crate::report::Format;

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Format>> = LazyLock::new(|| Format::all().collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.description()))
    }
}

impl ValueEnum for Scenario {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.description()))
    }
}

impl ValueEnum for DeviceCode {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.description()))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn assert_every_choice_is_parsed<T: ValueEnum + Debug + PartialEq>() {
        for choice in T::value_variants() {
            let name = choice.to_possible_value().expect("a value").get_name().to_owned();
            assert_eq!(T::from_str(&name, false).as_ref(), Ok(choice));
        }
    }

    #[test]
    fn every_choice_is_parsed_from_its_name() {
        assert_every_choice_is_parsed::<Format>();
        assert_every_choice_is_parsed::<Scenario>();
        assert_every_choice_is_parsed::<DeviceCode>();
    }
}
