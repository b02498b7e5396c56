//! What servers of all scenarios answer: another number for each question, so
//! that whoever asked knows that the answer is his.

/// The answer to a question.
pub(crate) fn answer(question: u64) -> u64 {
    question.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) ^ question
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_question_has_an_answer_of_its_own() {
        let answers: BTreeSet<u64> = (0..10_000).map(answer).collect();
        assert_eq!(answers.len(), 10_000);
    }
}
