//! Certificates, told against a real ACME server (pebble) and foreign clients (curl, openssl).

mod files;
mod foreign;
mod issue;
mod late;
mod own;
mod pebble;
mod shop;
