//! The same work under extism: a fresh plugin for each call, from code that is compiled already.

use std::time::Duration;

use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, UserData, ValType, Wasm, host_fn};
use serde_json::{Value, json};

use crate::{
    Failure, answer,
    figures::{self, Caller, Subject, Took},
    work,
};

pub const NAME: &str = "extism";

pub struct Extism {
    package: usize,
    compiled: CompiledPlugin,
    compiling: Took,
}

// What `http` is to ours: it reads the request and answers it.
host_fn!(send(request: String) -> String {
    let request: Value = serde_json::from_str(&request)?;
    if request["path"] != "/notes" {
        return Err(extism::Error::msg("no such path"));
    }
    Ok(json!({"status": answer::STATUS, "text": answer::TEXT}).to_string())
});

impl Extism {
    /// Compiles it, and takes the time.
    pub fn start(package: Vec<u8>) -> Result<Self, Failure> {
        let size = package.len();
        // The limits that ours has: 128 MiB, and two seconds.
        let manifest = Manifest::new([Wasm::data(package)]).with_memory_max(2_048).with_timeout(Duration::from_secs(2));
        let builder = PluginBuilder::new(manifest).with_wasi(false).with_cache_disabled().with_function(
            "send",
            [ValType::I64],
            [ValType::I64],
            UserData::new(()),
            send,
        );
        let (compiled, compiling) = Took::by(|| Ok(CompiledPlugin::new(builder)?))?;
        Ok(Self { package: size, compiled, compiling })
    }

    fn deliver(&self) -> Result<Plugin, Failure> {
        let mut plugin = Plugin::new_from_compiled(&self.compiled)?;
        let receipt: String = plugin.call("deliver", work::TEXT)?;
        let receipt: Value = serde_json::from_str(&receipt)?;
        if receipt["remote_id"] == "4711" { Ok(plugin) } else { Err("another receipt".into()) }
    }
}

impl Subject for Extism {
    fn name(&self) -> &str {
        NAME
    }

    fn package(&self) -> usize {
        self.package
    }

    fn install(&self) -> Took {
        self.compiling
    }

    /// It has no way of its own to keep compiled code.
    fn load(&self) -> Result<Option<Duration>, Failure> {
        Ok(None)
    }

    fn caller(&self) -> Result<Caller<'_>, Failure> {
        Ok(Box::new(|| self.deliver().map(drop)))
    }

    fn memory(&self, instances: usize) -> Result<u64, Failure> {
        drop(self.deliver()?);
        let before = figures::private_kib()?;
        let live = (0..instances).map(|_| self.deliver()).collect::<Result<Vec<_>, _>>()?;
        let during = figures::private_kib()?;
        drop(live);
        Ok(during.saturating_sub(before) / u64::try_from(instances)?)
    }
}
