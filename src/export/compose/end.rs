//! What needs the whole of a composed PDF and stands at its end: the feet of the pages, the bookmarks, the tree of pages,
//! the table of objects.

use std::io;

use sha2::Digest;

use super::{CATALOG, Came, FONT, INFO, Making, OUTLINES, PAGES};
use crate::pdf::{Feet, Foot};

impl Making<'_> {
    /// Draws the feet, now that all pages are counted.
    pub(super) fn feet(&mut self) -> Result<(), String> {
        let of = self.front.len() + self.pages.len();
        let all = self.front.iter().chain(&self.pages).zip(1..);
        let (mut ids, mut feet) = (Vec::new(), Vec::new());
        for (page, at) in all {
            let Some((id, sheet)) = page.foot else {
                continue;
            };
            let stamp = [self.plan.case_ref.as_str(), &page.mark];
            let stamp: Vec<&str> = stamp.into_iter().filter(|s| !s.is_empty()).collect();
            ids.push(id);
            feet.push(Foot {
                sheet,
                line: format!("{} / page {at} of {of}", stamp.join(" / ")),
            });
        }
        let asked = Feet {
            font: FONT,
            first: self.next,
        };
        let (font, drawn) = self
            .case
            .pdf()
            .feet(&asked, &feet)
            .map_err(|error| error.to_string())?;
        let at = self.at;
        self.objects
            .extend(drawn.objects.into_iter().map(|(id, from)| (id, at + from)));
        self.write(&font).map_err(super::disk)?;
        self.next = drawn.next;
        for (id, drawing) in ids.into_iter().zip(&drawn.feet) {
            let body = format!(
                "<</Length {}>>\nstream\n{drawing}\nendstream",
                drawing.len()
            );
            self.object(id, body.as_bytes()).map_err(super::disk)?;
        }
        Ok(())
    }

    /// A bookmark for each part; those of level 2 under the one of level 1 before them.
    pub(super) fn outlines(&mut self, came: &[Came]) -> io::Result<()> {
        struct Mark {
            title: String,
            page: u32,
            under: Option<usize>,
        }
        let mut marks = Vec::new();
        if let Some(first) = self.front.first() {
            marks.push(Mark {
                title: "Contents".into(),
                page: first.id,
                under: None,
            });
        }
        let last = self.pages.last().map_or(PAGES, |page| page.id);
        let mut top = None;
        for (part, came) in self.plan.parts.iter().zip(came) {
            let under = if part.level > 1 { top } else { None };
            if under.is_none() {
                top = Some(marks.len());
            }
            let page = came.page - 1 - self.front.len();
            let title = [part.mark.as_str(), &part.heading];
            let title: Vec<&str> = title.into_iter().filter(|t| !t.is_empty()).collect();
            marks.push(Mark {
                title: title.join(" "),
                page: self.pages.get(page).map_or(last, |page| page.id),
                under,
            });
        }
        let number = |at: usize| self.next + at as u32;
        let family = |under: Option<usize>| -> Vec<usize> {
            (0..marks.len())
                .filter(|at| marks[*at].under == under)
                .collect()
        };
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); marks.len()];
        for (at, mark) in marks.iter().enumerate() {
            if let Some(above) = mark.under {
                children[above].push(at);
            }
        }
        let tops = family(None);
        let mut bodies = Vec::with_capacity(marks.len());
        for (at, mark) in marks.iter().enumerate() {
            let (above, beside) = match mark.under {
                Some(above) => (number(above), &children[above]),
                None => (OUTLINES, &tops),
            };
            let place = beside.binary_search(&at).unwrap_or_default();
            let mut body = format!(
                "<</Title {}/Parent {above} 0 R/Dest[{} 0 R/XYZ null null null]",
                words(&mark.title),
                mark.page
            );
            if let Some(before) = place.checked_sub(1).and_then(|p| beside.get(p)) {
                body += &format!("/Prev {} 0 R", number(*before));
            }
            if let Some(after) = beside.get(place + 1) {
                body += &format!("/Next {} 0 R", number(*after));
            }
            if let (Some(first), Some(last)) = (children[at].first(), children[at].last()) {
                // A negative count: closed until it is opened.
                body += &format!(
                    "/First {} 0 R/Last {} 0 R/Count -{}",
                    number(*first),
                    number(*last),
                    children[at].len()
                );
            }
            bodies.push((number(at), body + ">>"));
        }
        let ends = (tops.first().copied(), tops.last().copied());
        let root = match ends {
            (Some(first), Some(last)) => format!(
                "<</Type/Outlines/First {} 0 R/Last {} 0 R/Count {}>>",
                number(first),
                number(last),
                tops.len()
            ),
            _ => "<</Type/Outlines>>".into(),
        };
        self.next += marks.len() as u32;
        for (number, body) in bodies {
            self.object(number, body.as_bytes())?;
        }
        self.object(OUTLINES, root.as_bytes())
    }

    pub(super) fn tail(&mut self) -> io::Result<()> {
        let all = self.front.iter().chain(&self.pages);
        let kids: Vec<String> = all.map(|page| format!("{} 0 R", page.id)).collect();
        let folder = format!(
            "<</Type/Pages/Count {}/Kids[{}]>>",
            kids.len(),
            kids.join(" ")
        );
        self.object(PAGES, folder.as_bytes())?;
        let language = match self.plan.language.as_str() {
            "" => "en-GB",
            language => language,
        };
        let catalog = format!(
            "<</Type/Catalog/Pages {PAGES} 0 R/Outlines {OUTLINES} 0 R/PageMode/UseOutlines/Lang {}\
             /ViewerPreferences<</DisplayDocTitle true>>>>",
            words(language)
        );
        self.object(CATALOG, catalog.as_bytes())?;
        let info = format!(
            "<</Title {}/Author {}/Producer {}>>",
            words(&self.plan.title),
            words(&self.plan.landlord),
            words(&self.plan.generator)
        );
        self.object(INFO, info.as_bytes())?;
        let id = hex::encode(&self.hash.clone().finalize()[..16]);
        let start = self.at;
        let mut objects = std::mem::take(&mut self.objects);
        objects.sort_unstable();
        let mut places = vec![None; self.next as usize];
        for (number, at) in objects {
            if let Some(place) = places.get_mut(number as usize) {
                *place = Some(at);
            }
        }
        let mut table = format!("xref\n0 {}\n", places.len());
        table += "0000000000 65535 f \n";
        for place in places.iter().skip(1) {
            match place {
                Some(at) => table += &format!("{at:010} 00000 n \n"),
                // Numbers that a part set aside and did not use.
                None => table += "0000000000 65535 f \n",
            }
        }
        table += &format!(
            "trailer\n<</Size {}/Root {CATALOG} 0 R/Info {INFO} 0 R/ID[<{id}><{id}>]>>\nstartxref\n{start}\n%%EOF\n",
            places.len()
        );
        self.write(table.as_bytes())
    }
}

/// A text as PDF has it outside its pages: UTF-16, which has every letter.
pub(super) fn words(text: &str) -> String {
    let units: String = text.encode_utf16().map(|u| format!("{u:04X}")).collect();
    format!("<FEFF{units}>")
}
