//! Neurocards.

