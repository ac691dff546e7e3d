package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.HeldRetractions;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordNotes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Makes entries of records, or says why one may not be applied. One thread at a time. */
final class RecordDecoder {

    private final Decoding decoding;
    private final JsonEpisodeCodec codec;
    private final Admission admission;
    private final ReaderClock clock;
    private final HeldRetractions held;

    /** The clock also knows what was refused before: nobody may read a log without it. */
    RecordDecoder(Decoding decoding, LearningSettings settings, ReaderClock clock, RecordNotes notes) {
        this(decoding, settings, clock, notes, HeldRetractions.ALL);
    }

    /** The same, for records that were learned before. */
    RecordDecoder(
            Decoding decoding, LearningSettings settings, ReaderClock clock, RecordNotes notes, HeldRetractions held) {
        this.held = held;
        this.clock = clock;
        this.decoding = decoding;
        this.codec = new JsonEpisodeCodec(decoding.mapping(), decoding.limits(), notes, held);
        this.admission = new Admission(settings);
    }

    Entry admitted(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
        return admitted(record, record.value() == null ? null : ByteBuffer.wrap(record.value()));
    }

    /** The same, of a value that lies where it was received. */
    Entry admitted(ConsumerRecord<byte[], ?> record, @Nullable ByteBuffer value) throws MalformedRecordException {
        if (value == null) {
            throw new MalformedRecordException("a record must have a value: value=null", null);
        }
        Entry entry = codec.decode(value, new Origin(record.timestamp(), context(record), eventId(record)));
        if (!held.holds(entry)) {
            return entry;
        }
        // Without a timestamp, as the oldest format of Kafka has none, the latest time of all is the only bound.
        SourceTime source = record.timestamp() == ConsumerRecord.NO_TIMESTAMP
                ? SourceTime.unknown()
                : SourceTime.ofTimestamp(record.timestamp());
        Optional<Refusal> refusal = admission.refusal(entry, source);
        if (refusal.isPresent()) {
            throw MalformedRecordException.of(refusal.get());
        }
        clock.require(record, entry);
        return entry;
    }

    private @Nullable String context(ConsumerRecord<byte[], ?> record) throws MalformedRecordException {
        return decoding.contextFromKey() && record.key() != null ? text("a key that is a context", record.key()) : null;
    }

    private @Nullable String eventId(ConsumerRecord<byte[], ?> record) throws MalformedRecordException {
        String name = decoding.eventIdHeader();
        Header header = name == null ? null : record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : text("the header " + name, header.value());
    }

    private static String text(String what, byte[] bytes) throws MalformedRecordException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedRecordException(what + " must be UTF-8: bytes=" + bytes.length, e);
        }
    }
}
