package io.synfire.query.app;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.kafka.AtomicProducer;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.query.http.EpisodeSink;
import io.synfire.query.http.UnavailableException;
import io.synfire.query.recall.BadQueryException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Posted episodes on their way into the topic: all are checked as the learner would, then all are appended, or none. */
final class ValidatingSink implements EpisodeSink {

    private static final int LARGE_BYTES = 64 << 10;

    private final LiveMemory memory;
    private final Supplier<AtomicProducer> producers;
    private final InstantSource clock;
    private final JsonEpisodeCodec codec;

    /** {@code producers} gives one, or throws {@link UnavailableException} while nothing can be appended. */
    ValidatingSink(LiveMemory memory, Supplier<AtomicProducer> producers, Decoding decoding, InstantSource clock) {
        this.codec = new JsonEpisodeCodec(decoding.mapping(), decoding.limits());
        this.memory = memory;
        this.producers = producers;
        this.clock = clock;
    }

    @Override
    public Appended append(List<byte[]> records) {
        List<Outgoing> outgoing = new ArrayList<>(records.size());
        // What the records' timestamps will be, give or take the way to the broker.
        long nowMs = clock.millis();
        for (int i = 0; i < records.size(); i++) {
            outgoing.add(checked(records.get(i), i, nowMs));
        }
        AtomicProducer producer = producers.get();
        try {
            EpisodeProducer.Appended appended = producer.append(outgoing);
            return new Appended(appended.partition(), appended.firstOffset(), appended.lastOffset());
        } catch (IllegalArgumentException e) {
            throw new BadQueryException(String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    /** All of a context in one partition, and all copies of an event that has none. */
    private static Outgoing outgoing(Entry entry, byte[] json) {
        if (entry instanceof Episode episode) {
            return new Outgoing(episode.context(), episode.eventId(), json);
        }
        if (entry instanceof Retraction retraction) {
            return new Outgoing(
                    retraction.context(), retraction.episodes().get(0).eventId(), json);
        }
        return new Outgoing(null, json);
    }

    /** Decoding may take twenty times the bytes of a record: of large ones one is decoded at a time. */
    private Entry decoded(byte[] json, long nowMs) throws MalformedRecordException {
        if (json.length <= LARGE_BYTES) {
            return codec.decode(json, Origin.at(nowMs));
        }
        synchronized (codec) {
            return codec.decode(json, Origin.at(nowMs));
        }
    }

    private Outgoing checked(byte[] json, int index, long nowMs) {
        try {
            Entry entry = decoded(json, nowMs);
            Optional<Refusal> refusal = memory.engine().refusal(entry, SourceTime.ofTimestamp(nowMs));
            if (refusal.isPresent()) {
                throw new BadQueryException(refusal.get().message() + " record=" + index);
            }
            return outgoing(entry, json);
        } catch (MalformedRecordException e) {
            throw new BadQueryException(e.getMessage() + " record=" + index);
        }
    }
}
