"""Whether all of it works: freshness of sources, reports of the provider, alarms, the status page, punctuality, the
self-test, the heartbeat, pruning; and the doctor, who says what to do."""
