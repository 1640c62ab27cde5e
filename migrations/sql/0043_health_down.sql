DROP TABLE admin_reports;
DROP TABLE day_counts;
DROP TABLE health_alarms;
DROP TABLE health_proofs;
