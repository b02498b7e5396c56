//! Keeps labels apart: moves them as little as it takes, never out of their
//! room where they all fit.

/// Positions as near to `wanted` as keep `gap` between neighbours, inside
/// `low..=high` where there is room for all. The order of the result is that
/// of `wanted`.
pub(super) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    // Neighbours that are too close become one block, centred over what its
    // members wanted; blocks that touch are merged until none do.
    let mut blocks: Vec<(f64, Vec<usize>)> = Vec::new();
    for index in order {
        blocks.push((wanted[index].clamp(low, high), vec![index]));
        while let [.., before, last] = blocks.as_slice() {
            let reach = gap * (before.1.len() + last.1.len()) as f64 / 2.0;
            if last.0 - before.0 >= reach {
                break;
            }
            let members = [before.1.clone(), last.1.clone()].concat();
            let centre =
                members.iter().map(|&member| wanted[member]).sum::<f64>() / members.len() as f64;
            let half = gap * (members.len() - 1) as f64 / 2.0;
            let centre = centre.min(high - half).max(low + half);
            blocks.truncate(blocks.len() - 2);
            blocks.push((centre, members));
        }
    }
    let mut placed = vec![0.0; wanted.len()];
    for (centre, members) in blocks {
        let first = centre - gap * (members.len() - 1) as f64 / 2.0;
        for (step, member) in members.into_iter().enumerate() {
            placed[member] = first + gap * step as f64;
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_apart_stays() {
        assert_eq!(spread(&[50.0, 10.0], 20.0, 0.0, 100.0), [50.0, 10.0]);
    }

    #[test]
    fn what_is_close_moves_apart_evenly_and_stays_inside() {
        assert_eq!(spread(&[50.0, 50.0], 20.0, 0.0, 100.0), [40.0, 60.0]);
        assert_eq!(
            spread(&[99.0, 98.0, 97.0], 20.0, 0.0, 100.0),
            [100.0, 80.0, 60.0]
        );
    }

    #[test]
    fn no_two_are_ever_closer_than_the_gap() {
        let wanted = [3.0, 4.0, 4.5, 30.0, 31.0, 95.0, 99.0];
        let mut placed = spread(&wanted, 12.0, 0.0, 100.0);
        placed.sort_by(f64::total_cmp);
        assert!(
            placed
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= 12.0 - 1e-9),
            "{placed:?}"
        );
        assert!(
            placed[0] >= -1e-9 && placed[6] <= 100.0 + 1e-9,
            "{placed:?}"
        );
    }
}
