package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * Holds records against the clock of whoever reads them first, since timestamps are what their producers say. What another has refused
 * before is refused by what its clock said then, and what it let pass is let pass. One thread at a time.
 */
final class ReaderClock {

    private final Admission admission;
    private final Refusals refusals;
    private final @Nullable InstantSource clock;

    /** What the clock said last: it has to be asked only by what lies beyond that. */
    private long nowMs = Long.MIN_VALUE;

    /**
     * A clock.
     *
     * @param settings how far ahead of it an event may lie
     * @param refusals what was refused before
     * @param clock the clock, or null where every record was read before, or timestamps are bound by the topic itself
     */
    ReaderClock(LearningSettings settings, Refusals refusals, @Nullable InstantSource clock) {
        this.admission = new Admission(settings);
        this.refusals = refusals;
        this.clock = clock;
    }

    /**
     * Refuses an entry that lies too far ahead.
     *
     * @throws RefusedByClockException if it does; from then on the record is refused whenever it is read again
     */
    void require(ConsumerRecord<byte[], ?> record, Entry entry) throws RefusedByClockException {
        long refusedAtMs = refusals.clockMs(record.partition(), record.offset());
        if (refusedAtMs != Long.MAX_VALUE) {
            require(entry, refusedAtMs);
            return;
        }
        // Where the broker set the time, it was the clock.
        if (clock == null || record.timestampType() == TimestampType.LOG_APPEND_TIME) {
            return;
        }
        if (refusal(entry, nowMs).isPresent()) {
            nowMs = clock.millis();
            try {
                require(entry, nowMs);
            } catch (RefusedByClockException e) {
                refusals.note(record.partition(), record.offset(), nowMs);
                throw e;
            }
        }
    }

    private void require(Entry entry, long atMs) throws RefusedByClockException {
        Optional<Refusal> refusal = refusal(entry, atMs);
        if (refusal.isPresent()) {
            throw new RefusedByClockException(refusal.get().message(), atMs);
        }
    }

    private Optional<Refusal> refusal(Entry entry, long atMs) {
        return admission.refusal(entry, SourceTime.ofClock(atMs));
    }
}
