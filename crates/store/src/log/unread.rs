use super::{FrameVisitor, Head, Log, LogTurn};
use crate::StoreError;

/// A log without its keys: only the newest frame that the copy contains is known.
#[derive(Debug)]
pub(crate) struct UnreadLog(pub(crate) Head);

impl Log for UnreadLog {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.0)
    }

    fn turn(&self) -> Result<Box<dyn LogTurn + '_>, StoreError> {
        Err(StoreError::engine("the log is not open"))
    }

    fn settle(&self) -> Result<Head, StoreError> {
        Ok(self.0)
    }

    fn first(&self) -> Result<u64, StoreError> {
        Ok(self.0.position.saturating_add(1))
    }

    fn read(&self, _from: u64, _visitor: &mut FrameVisitor<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_open(&self) -> bool {
        false
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn trim(&self, _before: u64) -> Result<(), StoreError> {
        Ok(())
    }
}
