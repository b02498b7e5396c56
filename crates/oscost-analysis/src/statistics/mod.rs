//! The tests that verdicts stand on: trimmed means, paired tests, corrections
//! for many tests at once, power, change points. Each takes plain numbers; none
//! knows what was measured, nor decides what a result means.

mod adjust;
mod changes;
mod distribution;
mod paired;
mod power;
mod share;
mod trimmed;

pub use adjust::{benjamini_hochberg, holm};
pub use changes::{CHANGE_LEVEL, FEWEST_POINTS, FEWEST_SIDE, changes};
pub use distribution::{
    binomial_tail, normal_quantile, normal_tail, student_quantile, student_tail,
};
pub(crate) use paired::by_student;
pub use paired::{Alternative, student, wilcoxon, yuen};
pub use power::smallest_effect;
pub use share::clopper_pearson;
pub use trimmed::{TRIMMED, Trimmed, trimmed_mean};
