//! The operations, one file for each or for a few small ones on one noun.

mod create_queue;
mod delete_queue;
mod get_queue_url;
mod list_queues;
mod message_move_tasks;
mod permissions;
mod queue_attributes;
mod receipts;
mod receive_message;
mod send_message;
pub(crate) mod tagging;

use gateway::{Row, row};

use crate::tagged::Queues;

/// The rows of the table of operations: all that SQS has.
pub const ROWS: &[Row] = &[
    row::<create_queue::CreateQueue>(),
    row::<delete_queue::DeleteQueue>(),
    row::<delete_queue::PurgeQueue>(),
    row::<get_queue_url::GetQueueUrl>(),
    row::<list_queues::ListQueues>(),
    row::<list_queues::ListDeadLetterSourceQueues>(),
    row::<queue_attributes::GetQueueAttributes>(),
    row::<queue_attributes::SetQueueAttributes>(),
    row::<permissions::AddPermission>(),
    row::<permissions::RemovePermission>(),
    row::<tagging::TagQueue>().with_tags(&Queues),
    row::<tagging::UntagQueue>(),
    row::<tagging::ListQueueTags>(),
    row::<send_message::SendMessage>(),
    row::<send_message::SendMessageBatch>(),
    row::<receive_message::ReceiveMessage>(),
    row::<receipts::DeleteMessage>(),
    row::<receipts::DeleteMessageBatch>(),
    row::<receipts::ChangeMessageVisibility>(),
    row::<receipts::ChangeMessageVisibilityBatch>(),
    row::<message_move_tasks::StartMessageMoveTask>(),
    row::<message_move_tasks::CancelMessageMoveTask>(),
    row::<message_move_tasks::ListMessageMoveTasks>(),
];
