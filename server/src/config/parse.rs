//! From text to types. Whatever is wrong is collected, so that all of it is told at once.

use super::{Proxies, SETTINGS, Wrong};
use axum::http::Uri;
use domain::memory::words::Language;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// Reads values and remembers what was wrong.
pub(super) struct Reader {
    values: BTreeMap<String, String>,
    wrong: Vec<String>,
}

impl Reader {
    pub fn new(values: BTreeMap<String, String>) -> Self {
        Self { values, wrong: Vec::new() }
    }

    pub fn complain(&mut self, name: &str, expected: impl Display) {
        self.wrong.push(format!("{name} {expected}"));
    }

    pub fn finish<T>(self, value: T) -> Result<T, Wrong> {
        if self.wrong.is_empty() { Ok(value) } else { Err(Wrong(self.wrong)) }
    }

    /// The value, or its default; an empty one counts as unset.
    fn value(&self, name: &str) -> Option<String> {
        let set = self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let default = || SETTINGS.iter().find(|setting| setting.name == name).map(|setting| setting.default);
        set.or_else(|| default().filter(|value| !value.is_empty())).map(str::to_owned)
    }

    pub fn text(&self, name: &str) -> String {
        self.value(name).unwrap_or_default()
    }

    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from)
    }

    pub fn secret(&mut self, name: &str, least: usize) -> Option<SecretString> {
        let value = self.value(name)?;
        if value.chars().count() < least {
            self.complain(name, format!("is too short: expected at least {least} characters"));
        }
        Some(value.into())
    }

    /// A key that is sent in a header.
    pub fn key(&mut self, name: &str) -> Option<SecretString> {
        let value = self.value(name)?;
        if !value.chars().all(|c| c.is_ascii_graphic()) {
            self.complain(
                name,
                "holds something that cannot be sent: expected letters, digits and signs without spaces",
            );
        }
        Some(value.into())
    }

    /// A file with a model in the GGUF form.
    pub fn model(&mut self, name: &str) -> Option<PathBuf> {
        let path = self.path(name)?;
        let mut magic = [0; 4];
        let opened = std::fs::File::open(&path).and_then(|mut file| file.read_exact(&mut magic));
        match opened {
            Err(cause) => self.complain(name, format!("is {}, which cannot be read: {cause}", path.display())),
            Ok(()) if &magic != b"GGUF" => {
                self.complain(name, format!("is {}, which is no model: expected a GGUF file", path.display()));
            }
            Ok(()) => {}
        }
        Some(path)
    }

    /// Codes of languages, separated by commas.
    pub fn languages(&mut self, name: &str) -> Vec<Language> {
        let value = self.text(name);
        let codes: Vec<&str> = value.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
        if let Some(unknown) = codes.iter().find(|code| Language::of_code(code).is_none()) {
            self.complain(
                name,
                format!("names “{unknown}”: expected some of en, de, fr, es, it, nl, pl, pt, ru, ja, zh"),
            );
        }
        codes.into_iter().filter_map(Language::of_code).collect()
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        match value.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => {
                self.complain(name, format!("is “{value}”: expected true or false"));
                None
            }
        }
    }

    pub fn number(&mut self, name: &str, range: RangeInclusive<u32>) -> u32 {
        let value = self.text(name);
        match value.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.complain(
                    name,
                    format!("is “{value}”: expected a number from {} to {}", range.start(), range.end()),
                );
                *range.start()
            }
        }
    }

    pub fn one_of(&mut self, name: &str, choices: &[&'static str]) -> &'static str {
        let value = self.text(name);
        if let Some(choice) = choices.iter().find(|choice| **choice == value) {
            return choice;
        }
        self.complain(name, format!("is “{value}”: expected {}", choices.join(" or ")));
        choices[0]
    }

    pub fn listen(&mut self, host: &str, port: &str) -> SocketAddr {
        let address = self.text(host);
        let ip = address.trim_matches(['[', ']']).parse().unwrap_or_else(|_| {
            self.complain(host, format!("is “{address}”: expected an IP address such as 127.0.0.1 or 0.0.0.0"));
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        });
        SocketAddr::new(ip, self.number(port, 0..=65_535) as u16)
    }

    /// A URL's form; what it may hold of passwords is not repeated in a complaint.
    pub fn url(&mut self, name: &str, schemes: &[&str]) -> Option<String> {
        let value = self.value(name)?;
        let known = value.split_once("://").is_some_and(|(scheme, rest)| schemes.contains(&scheme) && !rest.is_empty());
        if !known || value.contains(char::is_whitespace) {
            let expected: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://…")).collect();
            self.complain(name, format!("is no such address: expected {}", expected.join(" or ")));
        }
        Some(value.trim_end_matches('/').to_owned())
    }

    /// Where a browser or a client goes: `http` or `https`, a host, perhaps a port, and a path where one makes sense.
    pub fn web_address(&mut self, name: &str, path: bool) -> Option<String> {
        let value = self.url(name, &["http", "https"])?;
        let fits = value.parse::<Uri>().is_ok_and(|uri| {
            let host = uri.host().is_some_and(|host| !host.is_empty());
            let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
            host && plain && uri.query().is_none() && (path || matches!(uri.path(), "" | "/"))
        });
        if !fits && !self.wrong.iter().any(|line| line.starts_with(&format!("{name} "))) {
            let form = if path { "https://host[:port][/path]" } else { "https://host[:port], without a path" };
            self.complain(name, format!("is no such address: expected {form}"));
        }
        Some(value)
    }

    /// Addresses of web servers, separated by commas; `none` for none.
    pub fn web_addresses(&mut self, name: &str) -> Vec<String> {
        let value = self.text(name);
        if value == "none" {
            return Vec::new();
        }
        let mut addresses = Vec::new();
        for entry in value.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let is_web = entry.starts_with("http://") || entry.starts_with("https://");
            if is_web && entry.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(|host| !host.is_empty())) {
                addresses.push(entry.trim_end_matches('/').to_owned());
            } else {
                self.complain(
                    name,
                    format!("contains “{entry}”: expected an address such as http://127.0.0.1:11434/v1, or none"),
                );
            }
        }
        addresses
    }

    pub fn proxies(&mut self, name: &str) -> Proxies {
        let value = self.text(name);
        let mut proxies = Vec::new();
        for entry in value.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (address, prefix) =
                entry.split_once('/').map_or((entry, None), |(address, prefix)| (address, Some(prefix)));
            let network = address.parse::<IpAddr>().ok().and_then(|ip| {
                let whole = if ip.is_ipv4() { 32 } else { 128 };
                let prefix = prefix.map_or(Ok(whole), str::parse).ok()?;
                (prefix <= whole).then_some((ip, prefix))
            });
            match network {
                Some(network) => proxies.push(network),
                None => self
                    .complain(name, format!("contains “{entry}”: expected an address or a network such as 10.0.0.0/8")),
            }
        }
        Proxies(proxies)
    }
}
