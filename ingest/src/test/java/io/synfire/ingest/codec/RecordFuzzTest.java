package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Entry;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Whatever the bytes, the answer is an entry or a rule, never another exception, and nothing is left behind. 5,000 inputs;
 * {@code -Dsynfire.fuzz=100000} for a campaign, {@code -Dsynfire.seed=} for others.
 */
final class RecordFuzzTest {

    private static final int INPUTS = Integer.getInteger("synfire.fuzz", 5_000);
    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);

    /** What many records may leave behind at most: a parser's tables of names, and what the JVM itself does meanwhile. */
    private static final long GROWTH_BYTES_MAX = 8L << 20;

    private static final List<String> VALID = List.of(
            "{\"at\":\"2011-01-04T10:00:00Z\",\"context\":\"user-17\",\"concepts\":[\"bread\",{\"id\":\"butter\","
                    + "\"strength\":0.5}],\"reward\":1.0,\"eventId\":\"e-1\"}",
            "{\"at\":1294135200000,\"concepts\":[\"ü\",\"日本\",\"\\u00e9\",\"a\\\"b\"]}",
            "{\"forget\":{\"concept\":\"bread\"}}",
            "{\"retract\":{\"at\":1294135200000,\"concepts\":[\"bread\",\"butter\"]}}",
            "{\"retract\":{\"context\":\"k\",\"episodes\":[{\"at\":1294135200001,\"concepts\":[\"a\"]},{\"at\":\"1970-01-01\",\"reward\":-3,"
                    + "\"concepts\":[{\"id\":\"b\",\"strength\":2}]}]}}",
            "{\"type\":\"save\",\"ts\":1294135200000,\"user\":{\"id\":17},\"meta\":[\"x-1\"],\"payload\":{\"items\":"
                    + "[{\"sku\":\"tea\",\"qty\":2},\"cup\",4711]},\"other\":[null,true,{\"deep\":[[1.5e3]]}]}");

    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u",
            "\\ud800",
            "null",
            "true",
            "NaN",
            "-",
            "1e999",
            "-0",
            "9223372036854775808",
            "0.1e-400",
            "\"at\":",
            "\"concepts\":",
            "\"retract\":{",
            "\"forget\":{",
            "\"9999-12-31T23:59:59Z\"",
            "\"+1000000000-01-01T00:00:00Z\"",
            "\u0000",
            "\uFEFF",
            "[[[[[[[[",
            "{\"a\":{\"a\":{\"a\":",
            "\"strength\":1e-320",
            "\"reward\":1e6");

    /** How the parser calls its own parts, and how Java prints itself. */
    private static final Pattern INTERNALS = Pattern.compile(
            "[A-Z]_[A-Z]|[a-z]Feature|Exception|(from|enable|enabling) `|\\(code \\d|java\\.|tools\\.|token '|null \\(");

    private final SplittableRandom random = new SplittableRandom(SEED);

    private final List<JsonEpisodeCodec> codecs = List.of(
            new JsonEpisodeCodec(),
            new JsonEpisodeCodec(new FieldMapping(
                    FieldMapping.pointer("concepts", "/payload/items"),
                    FieldMapping.pointer("id", "/sku"),
                    new FieldMapping.Strength(FieldMapping.pointer("strength", "/qty"), StrengthScale.NONE),
                    new FieldMapping.Time(FieldMapping.pointer("at", "/ts"), TimeFormat.PLAIN),
                    FieldMapping.pointer("context", "/user/id"),
                    FieldMapping.pointer("event-id", "/meta/0"),
                    new FieldMapping.Reward(
                            FieldMapping.pointer("reward", "/type"), Map.of("view", 1.0, "save", 10.0), 0.0))));

    @Test
    void everyInputIsAnEntryOrARuleOfBoundedLengthAndNothingIsLeftBehind() {
        System.out.println("inputs=" + INPUTS + " seed=" + SEED);
        // What a parser keeps is there before it is measured.
        fuzz(INPUTS / 5 + 1);
        long before = usedBytes();
        Set<Reason> reasons = fuzz(INPUTS);
        long after = usedBytes();
        assertThat(reasons).contains(Reason.JSON, Reason.VALUE, Reason.TIME);
        assertThat(after - before).as("heap that %d inputs left behind", INPUTS).isLessThan(GROWTH_BYTES_MAX);
    }

    private Set<Reason> fuzz(int inputs) {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        int entries = 0;
        for (int i = 0; i < inputs; i++) {
            byte[] input = input();
            for (JsonEpisodeCodec codec : codecs) {
                try {
                    Entry entry = codec.decode(input, new Origin(random.nextLong(-5, 5), null, null));
                    // What was read can be written and read again.
                    assertThat(codecs.get(0).decode(codecs.get(0).encode(entry), Origin.at(0)))
                            .isEqualTo(entry);
                    entries++;
                } catch (MalformedRecordException e) {
                    reasons.add(e.reason());
                    assertThat(e.getMessage())
                            .isNotBlank()
                            .doesNotContainPattern(INTERNALS)
                            .hasSizeLessThanOrEqualTo(MalformedRecordException.MESSAGE_MAX + 1);
                } catch (RuntimeException | StackOverflowError e) {
                    throw new AssertionError(
                            "seed=" + SEED + " input " + i + ": " + new String(input, StandardCharsets.ISO_8859_1), e);
                }
            }
        }
        assertThat(entries).as("entries of %d inputs", inputs).isPositive();
        return reasons;
    }

    private byte[] input() {
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] valid = VALID.get(random.nextInt(VALID.size())).getBytes(StandardCharsets.UTF_8);
        for (int changes = random.nextInt(5); changes > 0; changes--) {
            valid = changed(valid);
        }
        return valid;
    }

    private byte[] changed(byte[] bytes) {
        if (bytes.length == 0) {
            return bytes;
        }
        int at = random.nextInt(bytes.length);
        int to = at + random.nextInt(Math.min(20, bytes.length - at) + 1);
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        changed.write(bytes, 0, at);
        switch (random.nextInt(5)) {
            case 0 -> changed.write(random.nextInt(256));
            case 1 ->
                changed.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            case 2 -> {
                // A piece of it again, many times.
                for (int times = random.nextInt(50); times >= 0; times--) {
                    changed.write(bytes, at, to - at);
                }
            }
            case 3 -> {
                // Cut off.
                return changed.toByteArray();
            }
            default -> {
                byte[] other = VALID.get(random.nextInt(VALID.size())).getBytes(StandardCharsets.UTF_8);
                int from = random.nextInt(other.length);
                changed.write(other, from, other.length - from);
            }
        }
        changed.write(bytes, to, bytes.length - to);
        return changed.toByteArray();
    }

    private static long usedBytes() {
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
