package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Retraction;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.forget.ContextLives;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What commands that forget would take back and the memory has not learned, where nobody has written down what came before them. */
final class Strangers {

    private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);

    private final Engine engine;
    private final Path commands;
    private final LineDecoder decoder;

    Strangers(Engine engine, Path commands, LineDecoder decoder) {
        this.engine = engine;
        this.commands = commands;
        this.decoder = decoder;
    }

    /**
     * Refuses commands that would take back what is not there: nobody would put that right. Says so where concepts are forgotten that may
     * come back.
     *
     * @param files what is learned when the commands are
     * @param from the first command that is not learned
     * @param to the first of which nobody says what had been learned when it was appended; of those before it this is right
     * @param anew how far the log is learned anew, and not live
     * @throws IllegalStateException if there is one
     */
    void requireNone(LearnedFiles files, long from, long to, LearnedAnew anew) throws IOException {
        NavigableMap<Long, Entry> entries = entries(from);
        Map<String, ContextLives> lives = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            if (entry instanceof Retraction retraction && retraction.context() != null) {
                lives.putIfAbsent(retraction.context(), lives(retraction.context(), anew, Set.of()));
            }
        }
        boolean isCertain = lives.isEmpty();
        while (!isCertain) {
            files.scan((position, record, entry) ->
                    lives.values().forEach(each -> each.take(position.identity(), record, entry)));
            isCertain = lives.values().stream().allMatch(ContextLives::isCertain);
            if (!isCertain) {
                lives.replaceAll((context, each) -> lives(context, anew, each.eventIds()));
            }
        }
        lives.forEach((context, each) -> {
            entries.headMap(to, false).forEach((record, entry) -> each.take("", record, entry));
            long before = each.strangers();
            entries.tailMap(to, true).forEach((record, entry) -> each.take("", record, entry));
            if (each.strangers() > before) {
                throw new IllegalStateException(
                        "commands take back what this memory has not learned, and nobody has written down what had been learned"
                                + " when they were appended. Nothing was learned. Move their file away, learn the files as they"
                                + " were then, and put it back: file=" + commands + " context=" + context + " episodes="
                                + (each.strangers() - before));
            }
        });
        List<Long> forgets = entries.tailMap(to, true).entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Forget)
                .map(Map.Entry::getKey)
                .toList();
        if (!forgets.isEmpty()) {
            LOG.warn(
                    "concepts are forgotten now, since nobody has written down what had been learned when their commands were appended; what is"
                            + " learned from here on stays, also what was learned before it was forgotten. Forget them again after that: file={}"
                            + " records={}",
                    commands,
                    forgets);
        }
    }

    private ContextLives lives(String context, LearnedAnew anew, Set<String> eventIds) {
        return new ContextLives(context, engine.view().settings(), anew, eventIds);
    }

    /** The commands from one on; those that are none become dead letters when they are learned. */
    private NavigableMap<Long, Entry> entries(long from) throws IOException {
        NavigableMap<Long, Entry> entries = new TreeMap<>();
        String source = Known.source(commands);
        RecordTimes times = new RecordTimes(-1, 0);
        try (InputStream input = Files.newInputStream(commands)) {
            LineReader lines = new LineReader(input, LineDecoder.LINE_BYTES_MAX);
            long record = 0;
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (record >= from && !LineDecoder.isBlank(line)) {
                    LineRecord value = LineRecord.of(line, lines.wasTooLong(), source, "", record, times);
                    try {
                        entries.put(record, decoder.entry(value, RecordLimits.AT_MS_MAX));
                    } catch (MalformedRecordException e) {
                        LOG.debug("no command: file={} record={}", commands, record, e);
                    }
                }
                record++;
            }
        }
        return entries;
    }
}
