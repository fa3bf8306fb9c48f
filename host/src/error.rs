//! What a stage's error means for the lane: the one question every stage error answers.

/// What the lane does after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// The same again after a pause: the cause is outside and may go away.
    Retry,
    /// This event cannot be processed: keep it as a dead letter and go on.
    DeadLetter,
    /// The lane cannot go on without a person.
    Stop,
}
