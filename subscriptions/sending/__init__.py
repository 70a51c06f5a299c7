"""The post office: letters out of the ledger, onto the wire, and what is heard of them afterwards."""
