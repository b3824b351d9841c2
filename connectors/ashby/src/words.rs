//! The few words of our own, in the language of the result.

/// Labels and states.
pub struct Words {
    pub name: &'static str,
    pub score: &'static str,
    pub report: &'static str,
    pub status: &'static str,
    pub completed: &'static str,
    pub coverage: &'static str,
    pub requirement: &'static str,
    pub withdrawn: &'static str,
    of: &'static str,
}

impl Words {
    pub fn of(language: &str) -> Self {
        match language {
            "es" => Self {
                name: "Competencias verificadas",
                score: "Puntuación",
                report: "Informe completo",
                status: "Estado",
                completed: "Completada",
                coverage: "Requisitos con pruebas",
                requirement: "Requisito",
                withdrawn: "Retirado",
                of: "de",
            },
            _ => Self {
                name: "Verified skills",
                score: "Score",
                report: "Full report",
                status: "Status",
                completed: "Completed",
                coverage: "Requirements with evidence",
                requirement: "Requirement",
                withdrawn: "Withdrawn",
                of: "of",
            },
        }
    }

    /// So many of so many.
    pub fn so_many(&self, some: u32, all: u32) -> String {
        format!("{some} {} {all}", self.of)
    }
}
