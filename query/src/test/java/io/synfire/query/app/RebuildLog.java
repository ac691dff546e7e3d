package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A seeded log of all that a log may hold: sessions and baskets, late ones among them, events that are sent twice, retractions (some of
 * them before what they take back), forgotten concepts, and records that cannot be learned. Each record says its times, so that the log as of a
 * moment can be written down beside it, without the code that is tested.
 */
final class RebuildLog {

    static final long START_MS = 1_300_000_000_000L;
    private static final long STEP_MS = 60_000;
    private static final String RETRACT = "{\"retract\":";

    /** The context of concepts that are forgotten. */
    private static final String FORGETFUL = "session-f";

    private final SplittableRandom random;
    private final List<Entry> retractable = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private int number;

    /** One record: its key, its JSON, and when it happened; a retraction happened when what it takes back did, a command always. */
    record Entry(@Nullable String key, String json, long atMs) {
        Outgoing outgoing() {
            return new Outgoing(key, json.getBytes(StandardCharsets.UTF_8));
        }
    }

    RebuildLog(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The next records. */
    List<Entry> next(int count) {
        int from = entries.size();
        while (entries.size() < from + count) {
            add();
        }
        return List.copyOf(entries.subList(from, entries.size()));
    }

    /** All so far that a memory as of a moment has learned, in their order. */
    List<Entry> until(long atMs) {
        return entries.stream().filter(entry -> entry.atMs() <= atMs).toList();
    }

    /** All episodes so far that happened after a moment and were not taken back, each once. */
    List<Entry> after(long atMs) {
        Set<String> takenBack = new HashSet<>();
        entries.stream()
                .filter(entry -> entry.json().startsWith(RETRACT))
                .forEach(entry -> takenBack.add(
                        entry.json().substring(RETRACT.length(), entry.json().length() - 1)));
        return entries.stream()
                .filter(entry -> entry.atMs() > atMs && !entry.json().startsWith(RETRACT))
                .filter(entry -> !takenBack.contains(entry.json()))
                .distinct()
                .toList();
    }

    /** The middle of the times so far. */
    long middleMs() {
        return momentMs(0.5);
    }

    /** After a share of the time so far. */
    long momentMs(double share) {
        return START_MS + (long) (number * share * STEP_MS);
    }

    static void append(ClientProperties kafka, String topic, List<Entry> entries) {
        try (EpisodeProducer producer = new EpisodeProducer(kafka, topic, new SimpleMeterRegistry())) {
            for (int from = 0; from < entries.size(); from += 500) {
                var unused = producer.append(entries.subList(from, Math.min(entries.size(), from + 500)).stream()
                        .map(Entry::outgoing)
                        .toList());
            }
        }
    }

    private void add() {
        number++;
        long lateMs = random.nextInt(10) == 0 ? random.nextLong(86_400_000) : 0;
        long atMs = START_MS + number * STEP_MS - lateMs;
        int kind = random.nextInt(40);
        if (kind == 0) {
            entries.add(new Entry(null, "{\"concepts\":[]}", 0));
        } else if (kind == 1) {
            // What is forgotten is certain within a partition alone, so these concepts are in one.
            entries.add(new Entry(FORGETFUL, "{\"forget\":{\"concept\":\"f" + random.nextInt(20) + "\"}}", 0));
        } else if (kind <= 3 && !retractable.isEmpty()) {
            Entry taken = retractable.remove(random.nextInt(retractable.size()));
            entries.add(new Entry(null, RETRACT + taken.json() + "}", taken.atMs()));
        } else {
            addEpisode(atMs);
        }
    }

    private void addEpisode(long atMs) {
        boolean isForgetful = random.nextInt(20) == 0;
        String context = random.nextInt(3) == 0 ? null : "session-" + random.nextInt(50);
        if (isForgetful) {
            context = FORGETFUL;
        }
        String eventId = random.nextInt(10) == 0 ? "event-" + number : null;
        StringBuilder json = new StringBuilder("{\"at\":").append(atMs).append(",\"concepts\":[");
        int size = 1 + random.nextInt(4);
        for (int i = 0; i < size; i++) {
            int concept = (int) ((isForgetful ? 20 : 300) * random.nextDouble() * random.nextDouble());
            json.append(i == 0 ? "\"" : ",\"")
                    .append(isForgetful ? 'f' : 'c')
                    .append(concept)
                    .append('"');
        }
        json.append(context == null ? "]" : "],\"context\":\"" + context + '"');
        json.append(eventId == null ? "}" : ",\"eventId\":\"" + eventId + "\"}");
        Entry entry = new Entry(context == null ? eventId : context, json.toString(), atMs);
        entries.add(entry);
        if (eventId != null && random.nextBoolean()) {
            entries.add(entry);
        }
        if (context == null && random.nextInt(3) == 0) {
            retractable.add(entry);
        }
    }
}
