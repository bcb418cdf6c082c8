//! A pass: what a request holds while it lasts. It comes in as a stranger's and, once a secret of ours has been shown,
//! has a place among the known, where no stranger stands in the way.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::OwnedSemaphorePermit;

use super::activity::ActivitySender;
use super::admission::Admission;
use super::peers::Place;
use super::refusals::Refusal;

/// Whoever is sent away because of others is asked to come again so soon, in seconds.
pub(super) const COME_AGAIN: HeaderValue = HeaderValue::from_static("1");

/// What a request holds while it lasts.
#[derive(Clone)]
pub(super) struct Pass {
    admission: Arc<Admission>,
    activity: ActivitySender,
    held: Arc<Mutex<Held>>,
}

enum Held {
    Stranger {
        _of_all: OwnedSemaphorePermit,
        _of_address: Option<Place>,
    },
    Known {
        _of_known: OwnedSemaphorePermit,
    },
}

/// There are too many even of those we know.
pub(super) struct Busy;

impl Pass {
    /// A stranger's, who comes from `address` on the connection of `visit`.
    pub fn of_stranger(
        admission: &Arc<Admission>,
        address: IpAddr,
        headers: &HeaderMap,
        activity: &ActivitySender,
    ) -> Result<Self, (StatusCode, Refusal)> {
        let (of_all, of_address) = admission.places(address, headers)?;
        Ok(Self {
            admission: Arc::clone(admission),
            activity: Arc::clone(activity),
            held: Arc::new(Mutex::new(Held::Stranger {
                _of_all: of_all,
                _of_address: of_address,
            })),
        })
    }

    /// Whoever asks has shown a secret of ours. Nothing that takes time is done for anybody else.
    pub fn is_known(&self) -> Result<(), Busy> {
        let Some(place) = self.admission.known() else {
            self.admission.refusals.count(Refusal::Crowd);
            return Err(Busy);
        };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Held::Known { _of_known: place };
        self.activity.send_modify(|activity| activity.known = true);
        Ok(())
    }
}

impl IntoResponse for Busy {
    fn into_response(self) -> Response {
        let again = [(header::RETRY_AFTER, COME_AGAIN)];
        (StatusCode::SERVICE_UNAVAILABLE, again).into_response()
    }
}
