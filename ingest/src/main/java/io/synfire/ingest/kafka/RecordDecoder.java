package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Makes entries of records, or says why one may not be applied. Immutable and thread-safe. */
final class RecordDecoder {

    private final Decoding decoding;
    private final JsonEpisodeCodec codec;
    private final Admission admission;

    RecordDecoder(Decoding decoding, LearningSettings settings) {
        this.decoding = decoding;
        this.codec = new JsonEpisodeCodec(decoding.mapping());
        this.admission = new Admission(settings);
    }

    Entry admitted(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
        if (record.value() == null) {
            throw new MalformedRecordException("a record must have a value: value=null", null);
        }
        Entry entry = codec.decode(record.value(), new Origin(record.timestamp(), context(record), eventId(record)));
        long timestampMs = record.timestamp() == ConsumerRecord.NO_TIMESTAMP ? Long.MAX_VALUE : record.timestamp();
        Optional<String> refusal = admission.refusal(entry, timestampMs);
        if (refusal.isPresent()) {
            throw new MalformedRecordException(refusal.get(), null);
        }
        return entry;
    }

    private @Nullable String context(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
        return decoding.contextFromKey() && record.key() != null ? text("a key that is a context", record.key()) : null;
    }

    private @Nullable String eventId(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
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
