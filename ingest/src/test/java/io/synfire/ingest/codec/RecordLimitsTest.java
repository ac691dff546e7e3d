package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What one record may cost at most. */
final class RecordLimitsTest {

    private final JsonEpisodeCodec codec = new JsonEpisodeCodec(null, new RecordLimits(20 << 20, 5_000));

    private void assertTooMuch(Reason reason, String json, String rule) {
        assertThatThrownBy(() -> codec.decode(json.getBytes(StandardCharsets.UTF_8), Origin.at(7)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(rule)
                .extracting(e -> ((MalformedRecordException) e).reason())
                .isEqualTo(reason);
    }

    @Test
    void whatIsTooLargeIsToldItsSize() {
        assertTooMuch(Reason.SIZE, " ".repeat(21 << 20), "max-record=20971520 bytes: bytes=22020096");
    }

    @Test
    void whatIsTooDeepIsRefusedWhereverItIsTooDeep() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertTooMuch(Reason.JSON, deep, "must be a JSON object");
        assertTooMuch(Reason.SIZE, "{\"x\":" + deep + ",\"concepts\":[\"a\"]}", "of a usual size");
        assertTooMuch(Reason.SIZE, "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000), "of a usual size");
    }

    @Test
    void whatHoldsTooManyValuesIsRefusedAlsoWhereTheyAreIgnored() {
        assertTooMuch(Reason.SIZE, "{\"concepts\":[" + "\"a\",".repeat(600_000) + "\"a\"]}", "of a usual size");
        assertTooMuch(Reason.SIZE, "{\"x\":[" + "0,".repeat(600_000) + "0],\"concepts\":[\"a\"]}", "of a usual size");
    }

    @Test
    void whatIsTooLateIsRefusedAlsoAsARetraction() {
        assertTooMuch(
                Reason.TIME,
                "{\"at\":\"1970-01-01T00:00:05.001Z\",\"concepts\":[\"a\"]}",
                "max-at=1970-01-01T00:00:05Z");
        assertTooMuch(
                Reason.TIME, "{\"retract\":{\"at\":\"1970-01-01T00:00:05.001Z\",\"concepts\":[\"a\"]}}", "max-at=");
    }

    @Test
    void anIdOfAMegabyteIsNoId() {
        assertTooMuch(Reason.VALUE, "{\"concepts\":[\"" + "x".repeat(1 << 20) + "\"]}", "at most 512 bytes");
        assertTooMuch(Reason.SIZE, "{\"concepts\":[\"" + "x".repeat(2 << 20) + "\"]}", "of a usual size");
        assertTooMuch(
                Reason.VALUE, "{\"context\":\"" + "x".repeat(600) + "\",\"concepts\":[\"a\"]}", "at most 512 bytes");
    }

    @Test
    void aRecordIsReadWhereItLies() throws MalformedRecordException {
        byte[] around =
                "xx{\"at\":\"1970-01-01T00:00:00.007Z\",\"concepts\":[\"a\"]}yy".getBytes(StandardCharsets.UTF_8);
        ByteBuffer slice = ByteBuffer.wrap(around, 2, around.length - 4).slice();
        assertThat(codec.decode(slice, Origin.at(0))).isEqualTo(Episode.of(7, "a"));
        assertThat(slice.remaining()).isEqualTo(around.length - 4);
        assertThat(codec.decode(slice.asReadOnlyBuffer(), Origin.at(0))).isEqualTo(Episode.of(7, "a"));
    }

    @Test
    void limitsAreChecked() {
        assertThatThrownBy(() -> new RecordLimits(0, 1)).hasMessageContaining("max-record must be at least 1");
        assertThatThrownBy(() -> new RecordLimits(1, -1)).hasMessageContaining("max-at must be within");
    }
}
