//! Neurocards.
