//! A headless Chromium, driven by chromedriver over loopback HTTP (W3C
//! WebDriver). Every wait has a limit, and only what was started here is
//! ended.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(60);

/// A browser with one window.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

/// The first of `names` on the PATH.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

impl Browser {
    /// Starts one; `None`, with a line that says so, where the machine has no
    /// Chromium or no chromedriver.
    pub(crate) fn start() -> Option<Self> {
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
        let driver = program(&["chromedriver"]);
        let (Some(chromium), Some(driver)) = (chromium, driver) else {
            println!("skipped: no Chromium");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let port = |line: String| {
                let tail = line.split_once("started successfully on port ")?.1;
                tail.trim_end_matches('.').parse::<u16>().ok()
            };
            for found in out.lines().map_while(Result::ok).filter_map(port) {
                if send.send(found).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            driver: child,
            port: 0,
            session: String::new(),
            _profile: profile,
        };
        browser.port = receive
            .recv_timeout(LIMIT)
            .expect("chromedriver names its port");
        let profile = browser._profile.path().display().to_string();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--user-data-dir={profile}"),
        ];
        let session = browser.call(
            "POST",
            "/session",
            &json!({"capabilities": {"alwaysMatch": {
                "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"binary": chromium, "args": arguments},
            }}}),
        );
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        Some(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let value = self.ask(method, path, body).unwrap();
        assert!(value["error"].is_null(), "{method} {path}: {value}");
        value
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(LIMIT))?;
        let body = if method == "POST" {
            body.to_string()
        } else {
            String::new()
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len(),
        )?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut text = vec![0; length];
        answer.read_exact(&mut text)?;
        Ok(serde_json::from_slice::<Value>(&text)?["value"].take())
    }

    fn session(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}{path}", self.session), body)
    }

    /// Opens a file.
    pub(crate) fn open(&self, page: &Path) {
        self.session(
            "/url",
            &json!({"url": format!("file://{}", page.display())}),
        );
    }

    /// Has every page that is opened from now on begin with a script.
    pub(crate) fn begin_with(&self, script: &str) {
        self.session(
            "/goog/cdp/execute",
            &json!({"cmd": "Page.addScriptToEvaluateOnNewDocument", "params": {"source": script}}),
        );
    }

    /// Makes the window so wide, with or without a preference for dark.
    pub(crate) fn look(&self, width: u32, scheme: &str) {
        self.session(
            "/goog/cdp/execute",
            &json!({"cmd": "Emulation.setDeviceMetricsOverride", "params":
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}}),
        );
        self.session(
            "/goog/cdp/execute",
            &json!({"cmd": "Emulation.setEmulatedMedia", "params":
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]}}),
        );
    }

    /// The value of a script's `return`.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.session("/execute/sync", &json!({"script": script, "args": []}))
    }

    fn element(&self, selector: &str) -> String {
        let found = self.session(
            "/element",
            &json!({"using": "css selector", "value": selector}),
        );
        let reference = found.as_object().and_then(|object| object.values().next());
        reference
            .and_then(Value::as_str)
            .expect("an element")
            .to_owned()
    }

    /// Clicks as a mouse would.
    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.session(&format!("/element/{element}/click"), &json!({}));
    }

    /// Types into a field.
    pub(crate) fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.session(&format!("/element/{element}/clear"), &json!({}));
        self.session(&format!("/element/{element}/value"), &json!({"text": text}));
    }

    /// What the console said since the last call.
    pub(crate) fn console(&self) -> Vec<Value> {
        let log = self.session("/se/log", &json!({"type": "browser"}));
        log.as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser, which chromedriver started; also after a failed
        // assertion. There is nobody left to tell if it does not.
        if !self.session.is_empty() {
            let _ = self.ask(
                "DELETE",
                &format!("/session/{}", self.session),
                &Value::Null,
            );
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
