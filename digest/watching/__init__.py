"""Whether all of it works: freshness of sources, alarms, the status page, punctuality, the self-test, pruning."""
