package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import io.synfire.ingest.codec.RecordLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clocks that are wrong by anything: what is learned stays finite and in order, what cannot be is told and counted as such. */
@SuppressWarnings("NullAway.Init")
final class ExtremeTimesTest {

    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final int RECORDS = Integer.getInteger("synfire.times", 5_000);
    private static final long DAY_MS = 86_400_000;

    /** What max-ahead is unless it is set. */
    private static final long AHEAD_MS = 600_000;

    private static final long[] TIMES = {
        Long.MIN_VALUE,
        -1,
        0,
        1,
        1_300_000_000,
        1_294_135_200_000L,
        1_294_135_200_000_000L,
        RecordLimits.AT_MS_MAX - 1,
        RecordLimits.AT_MS_MAX,
        RecordLimits.AT_MS_MAX + 1,
        Episode.AT_MS_MAX,
        Episode.AT_MS_MAX + 1,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE
    };

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void whateverTheTimesNoValueIsNotANumberAndNoEpisodeIsLaterThanItMayBe() {
        Map<String, String> settings = Map.of("half-lives", "1h,30d,none", "max-associations", "0");
        try (Engine engine = Engine.open(
                directory,
                settings,
                new io.synfire.engine.EngineOptions(16 << 20),
                new io.micrometer.core.instrument.simple.SimpleMeterRegistry())) {
            RecordDecoder decoder = LearnerKit.decoder(engine.view().settings());
            Map<Reason, Integer> rejected = new EnumMap<>(Reason.class);
            int learned = 0;
            for (int i = 0; i < RECORDS; i++) {
                ConsumerRecord<byte[], byte[]> record = record(i);
                try {
                    Entry entry = decoder.admitted(record);
                    requireInBounds(entry, record.timestamp());
                    engine.apply(new Batch("p", List.of(entry), List.of(), 0));
                    learned++;
                } catch (MalformedRecordException e) {
                    rejected.merge(e.reason(), 1, Integer::sum);
                    assertThat(e.getMessage()).as("seed %d, record %d", SEED, i).isNotBlank();
                }
                if (i % 500 == 0) {
                    assertFinite(engine.view());
                }
            }
            assertFinite(engine.view());
            assertThat(engine.view().watermarkMs()).isBetween(0L, RecordLimits.AT_MS_MAX);
            assertThat(learned).as("seed %d", SEED).isPositive();
            assertThat(rejected).as("seed %d", SEED).containsKey(Reason.TIME);
            // Nothing else is wrong with these.
            assertThat(rejected.keySet()).isEqualTo(Set.of(Reason.TIME));
        }
    }

    @Test
    void aTimeIsToldWhichBoundItBreaks() {
        assertRejected(-1, null, "at must be within 1970-01-01");
        assertRejected(Long.MAX_VALUE, null, "at must be within 1970-01-01");
        assertRejected(5, Long.MAX_VALUE, "at looks like nanoseconds");
        assertRejected(Episode.AT_MS_MAX, null, "at must not be after max-at=2100-01-01T00:00:00Z");
        assertRejected(5, 5 + AHEAD_MS + 1, "at may lie at most max-ahead=10m after the record's timestamp");
        // Its own timestamp is no bound to what claims to come from there.
        assertRejected(Episode.AT_MS_MAX, Episode.AT_MS_MAX, "at must not be after max-at");
        assertRejected(-1, RecordLimits.AT_MS_MAX + 1, "at must not be after max-at");
    }

    private static void assertRejected(long timestampMs, @Nullable Long atMs, String rule) {
        RecordDecoder decoder = LearnerKit.decoder(io.synfire.engine.learn.LearningSettings.parse(Map.of()));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> decoder.admitted(record(0, timestampMs, atMs, "")))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(rule)
                .extracting(e -> ((MalformedRecordException) e).reason())
                .isEqualTo(Reason.TIME);
    }

    private void requireInBounds(Entry entry, long timestampMs) {
        List<Episode> episodes =
                entry instanceof Retraction retraction ? retraction.episodes() : List.of((Episode) entry);
        for (Episode episode : episodes) {
            assertThat(episode.atMs()).isBetween(0L, RecordLimits.AT_MS_MAX);
            if (timestampMs >= 0 && timestampMs < Long.MAX_VALUE - DAY_MS) {
                assertThat(episode.atMs()).isLessThanOrEqualTo(timestampMs + AHEAD_MS);
            }
        }
    }

    private ConsumerRecord<byte[], byte[]> record(int i) {
        @Nullable Long atMs = random.nextInt(3) == 0 ? null : Long.valueOf(time());
        String context = random.nextInt(3) == 0 ? ",\"context\":\"k" + random.nextInt(3) + "\"" : "";
        return record(i, time(), atMs, context);
    }

    private static ConsumerRecord<byte[], byte[]> record(
            long offset, long timestampMs, @Nullable Long atMs, String context) {
        String at = atMs == null || atMs < 0 || atMs > Episode.AT_MS_MAX
                ? String.valueOf(atMs)
                : "\"" + Instant.ofEpochMilli(atMs) + "\"";
        String json =
                "{\"at\":" + at + ",\"concepts\":[\"a" + offset % 5 + "\",\"b" + offset % 3 + "\"]" + context + "}";
        byte[] value = json.getBytes(StandardCharsets.UTF_8);
        return new ConsumerRecord<>(
                "t",
                0,
                offset,
                timestampMs,
                TimestampType.CREATE_TIME,
                -1,
                value.length,
                null,
                value,
                new RecordHeaders(),
                Optional.empty());
    }

    /** One of the edges, or near one, or anywhere. */
    private long time() {
        long time = TIMES[random.nextInt(TIMES.length)];
        return switch (random.nextInt(4)) {
            case 0 -> time + random.nextLong(-DAY_MS, DAY_MS);
            case 1 -> random.nextLong(Episode.AT_MS_MAX);
            default -> time;
        };
    }

    private static void assertFinite(MemoryView view) {
        for (long atMs : new long[] {view.watermarkMs(), view.watermarkMs() + DAY_MS, Episode.AT_MS_MAX}) {
            for (int cue = 0; cue < view.conceptCount(); cue++) {
                Associations row = view.associations(cue, atMs);
                for (int i = 0; i < row.size(); i++) {
                    for (int h = 0; h < view.settings().horizonCount(); h++) {
                        assertThat(row.strength(i, h)).isFinite().isNotNegative();
                    }
                }
                for (int h = 0; h < view.settings().horizonCount(); h++) {
                    assertThat(view.activity(atMs).of(cue, h)).isFinite().isNotNegative();
                }
            }
        }
    }
}
