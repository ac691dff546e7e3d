package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordNotes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** What the clock of a reader refuses, without a broker. */
final class ReaderClockTest {

    private static final long NOON_MS = 1_706_788_800_000L;
    private static final long TEN_MINUTES_MS = 600_000;

    private final AtomicLong nowMs = new AtomicLong(NOON_MS);
    private final List<Position> positions = new ArrayList<>();
    private final Refusals refusals = new Refusals(
            new ClientProperties(Map.of("bootstrap.servers", "nowhere.invalid:1")),
            "dead",
            "id",
            () -> positions,
            () -> false);
    private final RecordDecoder decoder = decoder(refusals);

    private RecordDecoder decoder(Refusals known) {
        LearningSettings settings = LearningSettings.defaults();
        ReaderClock clock = new ReaderClock(settings, known, () -> Instant.ofEpochMilli(nowMs.get()));
        return new RecordDecoder(Decoding.plain(), settings, clock, new RecordNotes());
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, long atMs, TimestampType type) {
        byte[] value = ("{\"at\":" + atMs + ",\"concepts\":[\"a\"]}").getBytes(StandardCharsets.UTF_8);
        return new ConsumerRecord<>(
                "t", 0, offset, atMs, type, -1, value.length, null, value, new RecordHeaders(), Optional.empty());
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, long atMs) {
        return record(offset, atMs, TimestampType.CREATE_TIME);
    }

    private void assertRefused(long offset, long atMs, long clockMs) {
        assertThatThrownBy(() -> decoder.admitted(record(offset, atMs)))
                .isInstanceOf(RefusedByClockException.class)
                .hasMessage(
                        "at may lie at most max-ahead=10m after the clock of the process that read the record first: at="
                                + Instant.ofEpochMilli(atMs) + " clock=" + Instant.ofEpochMilli(clockMs))
                .satisfies(e -> {
                    assertThat(((RefusedByClockException) e).clockMs()).isEqualTo(clockMs);
                    assertThat(((RefusedByClockException) e).reason()).isEqualTo(MalformedRecordException.Reason.CLOCK);
                });
    }

    @Test
    void whatItHasRefusedItRefusesWheneverItIsReadAgain() throws MalformedRecordException {
        long atMs = NOON_MS + TEN_MINUTES_MS;
        assertThat(decoder.admitted(record(0, atMs))).isEqualTo(Episode.of(atMs, "a"));
        assertRefused(1, atMs + 1, NOON_MS);
        nowMs.set(NOON_MS + 24 * 3_600_000L);
        assertRefused(1, atMs + 1, NOON_MS);
        assertThat(decoder.admitted(record(2, atMs + 1))).isEqualTo(Episode.of(atMs + 1, "a"));
    }

    @Test
    void itAsksItsClockAnewBeforeItRefuses() throws MalformedRecordException {
        assertRefused(0, NOON_MS + TEN_MINUTES_MS + 1, NOON_MS);
        nowMs.addAndGet(1);
        assertThat(decoder.admitted(record(1, NOON_MS + TEN_MINUTES_MS + 1))).isNotNull();
        assertRefused(2, NOON_MS + TEN_MINUTES_MS + 2, NOON_MS + 1);
    }

    @Test
    void whatTheBrokerGaveATimeIsNotHeldAgainstIt() throws MalformedRecordException {
        long atMs = NOON_MS + 24 * 3_600_000L;
        assertThat(decoder.admitted(record(0, atMs, TimestampType.LOG_APPEND_TIME)))
                .isEqualTo(Episode.of(atMs, "a"));
    }

    @Test
    void aTopicWithoutTimestampsIsHeldAgainstItAlone() {
        byte[] value = ("{\"at\":" + (NOON_MS + TEN_MINUTES_MS + 1) + ",\"concepts\":[\"a\"]}")
                .getBytes(StandardCharsets.UTF_8);
        ConsumerRecord<byte[], byte[]> old = new ConsumerRecord<>(
                "t",
                0,
                5,
                ConsumerRecord.NO_TIMESTAMP,
                TimestampType.NO_TIMESTAMP_TYPE,
                -1,
                value.length,
                null,
                value,
                new RecordHeaders(),
                Optional.empty());
        assertThatThrownBy(() -> decoder.admitted(old)).isInstanceOf(RefusedByClockException.class);
    }

    @Test
    void whatIsBehindTheMemoryIsNotKept() {
        for (int offset = 0; offset < 70_000; offset++) {
            refusals.note(0, offset, NOON_MS);
            positions.clear();
            positions.add(new Position("kafka:t", "id", 0, offset, -1));
        }
        assertThat(refusals.size()).isLessThan(10_000);
        assertThat(refusals.clockMs(0, 69_999)).isEqualTo(NOON_MS);
        assertThat(refusals.clockMs(0, 5)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aTopicsOwnBoundIsWhatItsSettingsSay() {
        TimestampBound hour = bound("CreateTime", "3600000");
        assertThat(hour.isWiderThan(TEN_MINUTES_MS)).isTrue();
        assertThat(hour.word("t", TEN_MINUTES_MS))
                .hasValue("events are held against the clock of this machine, too, since"
                        + " message.timestamp.after.max.ms=3600000 is more than max-ahead=10m; a topic that bounds its"
                        + " timestamps by max-ahead (600000) needs no such clock: topic=t");
        TimestampBound tenMinutes = bound("CreateTime", "600000");
        assertThat(tenMinutes.isWiderThan(TEN_MINUTES_MS)).isFalse();
        assertThat(tenMinutes.word("t", TEN_MINUTES_MS)).isEmpty();
        assertThat(tenMinutes.isWiderThan(TEN_MINUTES_MS - 1)).isTrue();
        assertThat(bound("LogAppendTime", "3600000").word("t", TEN_MINUTES_MS)).isEmpty();
        TimestampBound unknown = TimestampBound.of(null);
        assertThat(unknown.isWiderThan(Long.MAX_VALUE)).isTrue();
        assertThat(unknown.word("t", TEN_MINUTES_MS).orElse(""))
                .contains("since message.timestamp.after.max.ms is not known;");
    }

    private static TimestampBound bound(String type, String afterMaxMs) {
        return TimestampBound.of(new Config(List.of(
                new ConfigEntry("message.timestamp.type", type),
                new ConfigEntry("message.timestamp.after.max.ms", afterMaxMs))));
    }
}
