-- A topic that is made anew counts its offsets from nothing again: its records are others than those kept before at the
-- same place, told apart by Kafka's own time of each (milliseconds since 1970, 0 for those kept before this column was).
ALTER TABLE eventlog.dead_letters ADD COLUMN timestamp_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE eventlog.dead_letters DROP CONSTRAINT dead_letters_topic_partition_record_offset_key;
ALTER TABLE eventlog.dead_letters ADD CONSTRAINT dead_letters_record
    UNIQUE (topic, partition, record_offset, timestamp_ms);
