//! The flags of the verbs that work on a data directory whose server is stopped.

use std::path::PathBuf;

use clap::Args;
use server::Config;

use crate::exit::Trouble;
use crate::out::Out;
use crate::serve::Sealing;

/// The data directory, its root key, and the form of the output.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// The data directory. The server must be stopped, except for `history anchor`.
    #[arg(long, value_name = "DIR", env = "SHOSEKI_DATA_DIR", default_value = "shoseki-data")]
    data_dir: PathBuf,
    #[command(flatten)]
    sealing: Sealing,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl Place {
    pub(crate) fn config(&self) -> Result<Config, Trouble> {
        let mut config = Config { data_dir: self.data_dir.clone(), ..Config::default() };
        self.sealing.apply(&mut config)?;
        Ok(config)
    }

    pub(crate) fn out(&self) -> Out {
        Out::new(self.json)
    }
}
