"""What people see of the task ledger: lists, reports, the workbook that goes out and comes back, calendars, exports."""
