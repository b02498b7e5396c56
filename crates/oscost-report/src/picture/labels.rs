//! Keeps labels apart: moves them as little as it takes, never out of their
//! room where they all fit.

/// Positions as near to `wanted` as keep `gap` between neighbours, inside
/// `low..=high` where there is room for all. The order of the result is that
/// of `wanted`.
pub(super) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let heights = vec![gap; wanted.len()];
    stack(wanted, &heights, low - gap / 2.0, high + gap / 2.0)
}

/// Middles as near to `wanted` as let labels of these heights stand over one
/// another without touching, inside `low..=high` where there is room for all.
pub(super) fn stack(wanted: &[f64], heights: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    // Neighbours that are too close become one block, as near as can be to
    // what its members wanted; blocks that touch are merged until none do.
    let mut blocks: Vec<Block> = Vec::new();
    for index in order {
        blocks.push(Block::of(vec![index], wanted, heights, low, high));
        while let [.., before, last] = blocks.as_slice() {
            if last.top >= before.top + before.height - 1e-9 {
                break;
            }
            let members = [before.members.clone(), last.members.clone()].concat();
            blocks.truncate(blocks.len() - 2);
            blocks.push(Block::of(members, wanted, heights, low, high));
        }
    }
    let mut placed = vec![0.0; wanted.len()];
    for block in blocks {
        let mut top = block.top;
        for member in block.members {
            placed[member] = top + heights[member] / 2.0;
            top += heights[member];
        }
    }
    placed
}

/// Labels that touch.
struct Block {
    members: Vec<usize>,
    top: f64,
    height: f64,
}

impl Block {
    fn of(members: Vec<usize>, wanted: &[f64], heights: &[f64], low: f64, high: f64) -> Self {
        let mut height = 0.0;
        let mut tops = 0.0;
        for &member in &members {
            tops += wanted[member] - heights[member] / 2.0 - height;
            height += heights[member];
        }
        let top = tops / members.len() as f64;
        Self {
            top: top.min(high - height).max(low),
            members,
            height,
        }
    }
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
    fn a_tall_label_pushes_its_neighbours_further() {
        let placed = stack(&[50.0, 50.0], &[10.0, 40.0], 0.0, 100.0);
        assert_eq!(placed[1] - placed[0], 25.0);
        assert_eq!(stack(&[2.0], &[20.0], 0.0, 100.0), [10.0]);
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
