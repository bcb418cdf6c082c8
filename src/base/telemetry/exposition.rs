//! Metrics as text, as Prometheus has read them since version 0.0.4.

use std::collections::HashSet;

use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

/// The type of the text, for whoever asks.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything in a registry.
///
/// The library writes OpenMetrics, which names a counter without `_total` where it describes it; here it has one name.
pub fn exposition(registry: &Registry) -> Result<String, std::fmt::Error> {
    let mut open = String::new();
    text::encode_registry(&mut open, registry)?;
    let counters: HashSet<&str> = open
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"))
        .collect();
    let mut plain = String::with_capacity(open.len());
    for line in open.lines() {
        let said = line.strip_prefix("# ").and_then(|line| {
            let (keyword, rest) = line.split_once(' ')?;
            let (name, rest) = rest.split_once(' ')?;
            counters
                .contains(name)
                .then(|| format!("# {keyword} {name}_total {rest}"))
        });
        plain.push_str(said.as_deref().unwrap_or(line));
        plain.push('\n');
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::metrics::gauge::Gauge;

    use super::*;

    #[test]
    fn counters_are_described_under_the_name_they_have() {
        let mut registry = Registry::with_prefix("shop");
        let orders = Counter::<u64>::default();
        orders.inc();
        registry.register("orders", "Orders placed", orders);
        registry.register("places", "Places taken", Gauge::<i64>::default());
        let text = exposition(&registry).unwrap();
        let wanted = "# HELP shop_orders_total Orders placed.\n# TYPE shop_orders_total counter\nshop_orders_total 1\n\
                      # HELP shop_places Places taken.\n# TYPE shop_places gauge\nshop_places 0\n";
        assert_eq!(text, wanted);
    }
}
