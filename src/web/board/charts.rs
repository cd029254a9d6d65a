//! The drawings of the board, as plain numbers for SVG attributes. Each stands beside a table that says the same.

/// A column of the month chart.
pub struct Column {
    /// Its left edge, top, width and height.
    pub at: [u32; 4],
    /// The middle, where its words stand.
    pub middle: u32,
    /// Its number.
    pub value: String,
    /// Its month.
    pub label: String,
    /// Whether it is this month, which is not over.
    pub current: bool,
}

/// Complaints received each month as columns, and the share answered in time as a line in its own band underneath.
pub struct MonthChart {
    /// How wide it is drawn.
    pub width: u32,
    /// Lines across the columns: height and number.
    pub ticks: Vec<(u32, u64)>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The line, as runs of points: a month without an answer interrupts it.
    pub runs: Vec<String>,
    /// Its points.
    pub points: Vec<(u32, u32)>,
    /// What stands at the newest point: where, and the share.
    pub last: Option<(u32, u32, String)>,
}

const LEFT: u32 = 34;
const RIGHT: u32 = 46;
const TOP: u32 = 22;
const FLOOR: u32 = 150;
const LINE_TOP: u32 = 186;
const LINE_FLOOR: u32 = 246;

/// A column narrower than this has room for the first letter of its month only.
const NARROW: u32 = 32;

/// A month: its label, what was received, and the share in time in tenths of a percent.
pub type Month = (String, u64, Option<u64>);

/// The drawing, so many units wide.
pub fn months(width: u32, months: &[Month]) -> MonthChart {
    let most = months.iter().map(|(_, received, _)| *received).max();
    let step = step(most.unwrap_or_default());
    let top = most.unwrap_or_default().div_ceil(step).max(1) * step;
    let height = |value: u64| scaled(value, top, FLOOR - TOP);
    let count = u32::try_from(months.len()).unwrap_or(u32::MAX).max(1);
    let slot = (width - LEFT - RIGHT) / count;
    let bar = slot * 7 / 10;
    let mut chart = MonthChart {
        width,
        ticks: (0..=top / step)
            .map(|tick| (FLOOR - height(tick * step), tick * step))
            .collect(),
        columns: Vec::new(),
        runs: Vec::new(),
        points: Vec::new(),
        last: None,
    };
    let mut run = Vec::new();
    for (index, (label, received, share)) in (0..).zip(months) {
        let left = LEFT + slot * index;
        let middle = left + slot / 2;
        let tall = height(*received);
        chart.columns.push(Column {
            at: [left + (slot - bar) / 2, FLOOR - tall, bar, tall],
            middle,
            value: received.to_string(),
            label: match slot < NARROW {
                true => label.chars().take(1).collect(),
                false => label.clone(),
            },
            current: index + 1 == count,
        });
        match share {
            Some(share) => {
                let y = LINE_FLOOR - scaled(*share, 1000, LINE_FLOOR - LINE_TOP);
                run.push(format!("{middle},{y}"));
                chart.points.push((middle, y));
                chart.last = Some((middle, y.saturating_sub(9), super::page::percent(*share)));
            }
            None if !run.is_empty() => chart.runs.push(std::mem::take(&mut run).join(" ")),
            None => {}
        }
    }
    if !run.is_empty() {
        chart.runs.push(run.join(" "));
    }
    chart
}

fn scaled(value: u64, top: u64, height: u32) -> u32 {
    u32::try_from(value * u64::from(height) / top.max(1)).unwrap_or(height)
}

/// A round distance between lines, so that there are at most five.
fn step(most: u64) -> u64 {
    let mut unit = 1;
    loop {
        for times in [1, 2, 5] {
            if most <= unit * times * 4 {
                return unit * times;
            }
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_few_and_round() {
        assert_eq!([0, 3, 4, 5, 51, 401].map(step), [1, 1, 1, 2, 20, 200]);
    }

    #[test]
    fn a_month_without_an_answer_interrupts_the_line() {
        let month = |received, share| ("Nov".to_owned(), received, share);
        let given = [month(4, Some(1000)), month(0, None), month(8, Some(500))];
        let chart = months(600, &given);
        assert_eq!(chart.runs.len(), 2);
        assert_eq!(chart.points[0].1, LINE_TOP);
        assert_eq!(chart.columns[1].at[3], 0);
        assert_eq!(
            chart.columns[2].at[1], TOP,
            "the tallest reaches the top line"
        );
        assert!(chart.columns[2].current && !chart.columns[0].current);
    }
}
