package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Appends sessions, baskets, late events, events that are sent twice, records that are none, and retractions, some before what they
 * take back; on a thread of its own, until it is closed.
 */
final class EpisodeWriter {

    private static final int CHUNK = 100;

    private final SplittableRandom random;
    private final List<String> retractable = new ArrayList<>();
    private final List<String> poison = new ArrayList<>();
    private final CompletableFuture<Void> done;
    private volatile boolean isEnough;
    private int number;
    private long episodes;

    /** Starts to write, about so many records a second. */
    EpisodeWriter(ClientProperties kafka, String topic, long seed, int perSecond) {
        random = new SplittableRandom(seed);
        done = CompletableFuture.runAsync(() -> write(kafka, topic, perSecond));
    }

    /** Ends; says how many episodes are left, less those taken back. */
    long finish() {
        isEnough = true;
        done.join();
        return episodes;
    }

    /** The records that are none, each another. After {@link #finish} only. */
    List<String> poison() {
        return List.copyOf(poison);
    }

    private void write(ClientProperties kafka, String topic, int perSecond) {
        try (EpisodeProducer producer = new EpisodeProducer(kafka, topic, new SimpleMeterRegistry())) {
            while (!isEnough) {
                // Now and then a burst, which keeps a learner busy for a while.
                int size = random.nextInt(10) == 0 ? 10 * CHUNK : CHUNK;
                List<Outgoing> chunk = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    add(chunk);
                }
                var unused = producer.append(chunk);
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(chunk.size()) / perSecond);
            }
        }
    }

    private void add(List<Outgoing> chunk) {
        number++;
        if (random.nextInt(100) == 0) {
            String none = "{\"poison\":" + number;
            poison.add(none);
            chunk.add(new Outgoing(null, none.getBytes(StandardCharsets.UTF_8)));
            return;
        }
        if (random.nextInt(20) == 0 && !retractable.isEmpty()) {
            // Without a key: it may be in another partition than its episode, and be read first.
            String json = "{\"retract\":" + retractable.remove(random.nextInt(retractable.size())) + "}";
            chunk.add(new Outgoing(null, json.getBytes(StandardCharsets.UTF_8)));
            episodes--;
            return;
        }
        String context = random.nextInt(3) == 0 ? null : "session-" + random.nextInt(50);
        String eventId = random.nextInt(10) == 0 ? "event-" + number : null;
        String json = json(context, eventId);
        Outgoing record = new Outgoing(context == null ? eventId : context, json.getBytes(StandardCharsets.UTF_8));
        chunk.add(record);
        episodes++;
        if (eventId != null && random.nextBoolean()) {
            chunk.add(record);
        }
        if (context == null && random.nextInt(3) == 0) {
            retractable.add(json);
        }
    }

    private String json(@Nullable String context, @Nullable String eventId) {
        long late = random.nextInt(10) == 0 ? random.nextLong(86_400_000) : 0;
        long atMs = 1_300_000_000_000L + number * 5_000L - late;
        StringBuilder json = new StringBuilder("{\"at\":").append(atMs).append(",\"concepts\":[");
        int size = 1 + random.nextInt(4);
        for (int i = 0; i < size; i++) {
            int concept = (int) (400 * random.nextDouble() * random.nextDouble());
            json.append(i == 0 ? "" : ",").append("\"c").append(concept).append('"');
        }
        json.append(context == null ? "]" : "],\"context\":\"" + context + '"');
        return json.append(eventId == null ? "}" : ",\"eventId\":\"" + eventId + "\"}")
                .toString();
    }
}
