"""Security incidents: their record, evidence and reports; people who are suspended because of one."""
