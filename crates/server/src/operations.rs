use std::fmt::Write;

use gateway::{Class, Row};

/// The table of operations: every row of every service.
pub const OPERATIONS: &[&[Row]] = &[iam::ROWS, kms::ROWS, s3::ROWS, cloudtrail::ROWS];

/// `docs/operations.md`: what is there, and by `absent` what is not.
pub fn operations_page(absent: &str) -> String {
    let mut page = String::from(
        "# Operations\n\nGenerated from the table of operations by `cargo xtask golden`.\n",
    );
    let mut rows: Vec<_> = OPERATIONS.iter().flat_map(|rows| rows.iter()).collect();
    rows.sort_by_key(|row| (row.spec.service.name, row.spec.name));
    let mut service = "";
    for row in rows {
        let spec = row.spec;
        if spec.service.name != service {
            service = spec.service.name;
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n## {service}\n\n| operation | event | class | read-only |\n|---|---|---|---|\n"
            );
        }
        let class = match spec.class {
            Class::Management => "management",
            Class::Data => "data",
        };
        let read_only = if spec.read_only { "yes" } else { "no" };
        let _ = writeln!(page, "| {} | {} | {class} | {read_only} |", spec.name, spec.event_name);
    }
    page.push_str(absent);
    page
}
