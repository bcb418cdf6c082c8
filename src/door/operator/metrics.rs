//! Metrics, as Prometheus reads them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::Office;
use crate::base::telemetry::{exposition, process};
use crate::door::Refusal;
use crate::operator::service::answer::Status;
use crate::operator::service::{ask, gauges};
use crate::rules::domain::act::Who;
use crate::shop::backup::front::Standing;

/// What every name of ours begins with.
const PREFIX: &str = "neurocards";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    place: &'static str,
}

/// Everything that is counted, and how things stand now.
pub async fn metrics(State(office): State<Arc<Office>>) -> Response {
    let text = match office.desk.ask(Who::Page, ask::Status).await {
        Ok(Ok(status)) => text(&office, &status),
        Ok(Err(_)) | Err(_) => None,
    };
    match text {
        Some(text) => ([(header::CONTENT_TYPE, exposition::CONTENT_TYPE)], text).into_response(),
        None => {
            tracing::warn!("metrics could not be told");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn text(office: &Office, status: &Status) -> Option<String> {
    let mut all = Registry::default();
    process::register(&mut all);
    let ours = all.sub_registry_with_prefix(PREFIX);
    office.desk.store.meters().register(ours);
    gauges::register(ours, status);
    if let Some(since) = status.since {
        let since = ConstGauge::new(since as f64 / 1000.0);
        ours.register("start_time_seconds", "When the daemon was started", since);
    }
    refusals(office, ours);
    certificate(office, ours);
    backups(office, ours);
    exposition::exposition(&all).ok()
}

fn refusals(office: &Office, registry: &mut Registry) {
    let refusals = Family::<Reason, Counter>::default();
    for refusal in Refusal::ALL {
        let reason = refusal.to_string().replace(' ', "_");
        let count = office.admission.refusals.of(refusal);
        refusals.get_or_create(&Reason { reason }).inc_by(count);
    }
    registry.register(
        "refusals",
        "Strangers refused at the public doors",
        refusals,
    );
}

fn certificate(office: &Office, registry: &mut Registry) {
    let shown = office.door.as_ref().and_then(|door| door.shown());
    if let Some(pair) = shown {
        registry.register(
            "certificate_expiry_timestamp_seconds",
            "When the certificate of the public door ends",
            ConstGauge::new(pair.life().until.0 as f64 / 1000.0),
        );
    }
}

fn backups(office: &Office, registry: &mut Registry) {
    let status = office.desk.backups.status();
    let newest = Family::<Place, prometheus_client::metrics::gauge::Gauge>::default();
    let failed = Family::<Place, Counter>::default();
    let note = |place, standing: &Standing| {
        if let Some(name) = standing.newest {
            let at = i64::try_from(name.at().0 / 1000).unwrap_or(i64::MAX);
            newest.get_or_create(&Place { place }).set(at);
        }
        failed
            .get_or_create(&Place { place })
            .inc_by(standing.failed);
    };
    note("here", &status.here);
    if let Some(elsewhere) = &status.elsewhere {
        note("elsewhere", elsewhere);
    }
    registry.register(
        "backup_newest_timestamp_seconds",
        "When the newest backup was made",
        newest,
    );
    registry.register("backup_failures", "Backups that failed", failed);
}
