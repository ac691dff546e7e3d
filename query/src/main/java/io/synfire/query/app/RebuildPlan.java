package io.synfire.query.app;

import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.file.FileReplay;
import io.synfire.query.answer.RebuildAnswer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a rebuild is to do, kept beside the new store from before its first record on: so that it goes on as it was begun, and nothing else
 * is mixed in.
 *
 * @param arguments what decides the result, by name
 * @param learning the learning settings of the new memory
 * @param untilMs the last event time that counts, or null for no end
 * @param acceptsGap whether what is gone is passed over
 * @param goal how far each source is read: as far as the live memory had when this was begun or gone on with
 * @param learnedAnew how far that memory had learned its log anew
 * @param before the live memory as it was then, or null if there was none
 * @param comparable whether the new memory is to learn the same
 * @param missing what was passed over so far since it is gone
 * @param startMs when the rebuild began, milliseconds since the epoch: what files are held against that were learned before that was kept
 * @param finished whether it came to its goal once: then the new memory may be in use
 */
record RebuildPlan(
        Map<String, String> arguments,
        Map<String, String> learning,
        @Nullable Long untilMs,
        boolean acceptsGap,
        List<Position> goal,
        List<Position> learnedAnew,
        RebuildAnswer.@Nullable Side before,
        boolean comparable,
        List<RebuildAnswer.Missing> missing,
        long startMs,
        boolean finished) {

    /** The file's name in the data directory of the new memory. */
    static final String FILE = "rebuild.yaml";

    /** What decides the result besides the log, in the order in which it is shown. */
    static Map<String, String> arguments(
            Settings settings, Map<String, String> learning, @Nullable Long untilMs, boolean acceptsGap) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("data", settings.data().toAbsolutePath().normalize().toString());
        arguments.put("topics.episodes", settings.topics().episodes());
        arguments.put("until", untilMs == null ? "none" : Long.toString(untilMs));
        arguments.put("accept-gap", Boolean.toString(acceptsGap));
        arguments.put("records", describe(settings.decoding()));
        new TreeMap<>(learning).forEach(arguments::put);
        return arguments;
    }

    /** What a rebuild with other arguments would do otherwise: per name, as it was begun and as it is asked for now. */
    Map<String, String> differences(Map<String, String> asked) {
        Map<String, String> differences = new TreeMap<>();
        arguments.forEach((name, value) -> {
            String other = asked.getOrDefault(name, "none");
            if (!value.equals(other)) {
                differences.put(name, value + " -> " + other);
            }
        });
        return differences;
    }

    /** The same, with ranges that were found missing; those that are known already are named once. */
    RebuildPlan withMissing(List<RebuildAnswer.Missing> more) {
        Set<RebuildAnswer.Missing> all = new LinkedHashSet<>(missing);
        all.addAll(more);
        return with(List.copyOf(all), finished);
    }

    /** The same, at its goal. */
    RebuildPlan done() {
        return with(missing, true);
    }

    /** The same, going on with what an earlier one has built. What is gone of files is found again: it may have come back. */
    RebuildPlan goingOn(RebuildPlan begun) {
        List<RebuildAnswer.Missing> ofTopic = begun.missing.stream()
                .filter(range -> goal.stream()
                        .anyMatch(position -> position.source().equals(range.source()) && !FileReplay.isFile(position)))
                .toList();
        return with(missing, begun.finished).withMissing(ofTopic);
    }

    private RebuildPlan with(List<RebuildAnswer.Missing> ranges, boolean isFinished) {
        return new RebuildPlan(
                arguments,
                learning,
                untilMs,
                acceptsGap,
                goal,
                learnedAnew,
                before,
                comparable,
                ranges,
                startMs,
                isFinished);
    }

    /** The plan in a directory, or empty if there is none. */
    static Optional<RebuildPlan> read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Object root = new Load(
                            LoadSettings.builder().setLabel(file.toString()).build())
                    .loadFromString(Files.readString(file));
            return Optional.of(of(map(root)));
        } catch (YamlEngineException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "the file is not what a rebuild has written: file=" + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes it, all or nothing, to the disk. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("arguments", arguments);
        root.put("settings", learning);
        root.put("until", untilMs);
        root.put("accept-gap", acceptsGap);
        root.put("goal", goal.stream().map(RebuildPlan::toMap).toList());
        root.put("learned-anew", learnedAnew.stream().map(RebuildPlan::toMap).toList());
        root.put("before", before == null ? null : toMap(before));
        root.put("comparable", comparable);
        root.put("start", startMs);
        root.put("finished", finished);
        root.put("missing", missing.stream().map(RebuildPlan::toMap).toList());
        String yaml = new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .build())
                .dumpToString(root);
        Path whole = directory.resolve(FILE + ".new");
        Files.writeString(
                whole, "# How this memory is built from the log; kept so that the rebuild can go on.\n" + yaml);
        try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(whole, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static RebuildPlan of(Map<?, ?> root) {
        Object until = root.get("until");
        Object before = root.get("before");
        return new RebuildPlan(
                texts(root.get("arguments")),
                texts(root.get("settings")),
                until == null ? null : Long.valueOf(whole(root, "until")),
                Boolean.parseBoolean(text(root, "accept-gap")),
                list(root.get("goal")).stream().map(each -> position(map(each))).toList(),
                root.get("learned-anew") == null
                        ? List.of()
                        : list(root.get("learned-anew")).stream()
                                .map(each -> position(map(each)))
                                .toList(),
                before == null ? null : side(map(before)),
                Boolean.parseBoolean(text(root, "comparable")),
                list(root.get("missing")).stream()
                        .map(each -> missing(map(each)))
                        .toList(),
                whole(root, "start"),
                // Where that was not kept, nobody knows.
                root.get("finished") == null || Boolean.parseBoolean(text(root, "finished")));
    }

    private static Map<String, Object> toMap(Position position) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("source", position.source());
        map.put("source-id", position.sourceId());
        map.put("partition", position.partition());
        map.put("next-offset", position.nextOffset());
        map.put("leader-epoch", position.leaderEpoch());
        map.put("content", position.content());
        return map;
    }

    private static Position position(Map<?, ?> map) {
        return new Position(
                text(map, "source"),
                text(map, "source-id"),
                (int) whole(map, "partition"),
                whole(map, "next-offset"),
                (int) whole(map, "leader-epoch"),
                text(map, "content"));
    }

    private static Map<String, Object> toMap(RebuildAnswer.Side side) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("learned", side.learned());
        map.put("state", side.state());
        map.put("episodes", side.episodes());
        map.put("associations", side.associations());
        map.put("concepts", side.concepts());
        map.put("dead-letters", side.deadLetters());
        map.put("watermark", side.watermarkMs());
        return map;
    }

    private static RebuildAnswer.Side side(Map<?, ?> map) {
        return new RebuildAnswer.Side(
                text(map, "learned"),
                text(map, "state"),
                whole(map, "episodes"),
                whole(map, "associations"),
                whole(map, "concepts"),
                whole(map, "dead-letters"),
                whole(map, "watermark"));
    }

    private static Map<String, Object> toMap(RebuildAnswer.Missing missing) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("source", missing.source());
        map.put("partition", missing.partition());
        map.put("from-offset", missing.fromOffset());
        map.put("to-offset", missing.toOffset());
        return map;
    }

    private static RebuildAnswer.Missing missing(Map<?, ?> map) {
        return new RebuildAnswer.Missing(
                text(map, "source"), (int) whole(map, "partition"), whole(map, "from-offset"), whole(map, "to-offset"));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException("keys and values must be here: found=" + value);
    }

    private static List<?> list(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("a list must be here: found=" + value);
    }

    private static Map<String, String> texts(@Nullable Object value) {
        Map<String, String> texts = new LinkedHashMap<>();
        map(value).forEach((name, text) -> texts.put(String.valueOf(name), String.valueOf(text)));
        return texts;
    }

    private static String text(Map<?, ?> map, String name) {
        Object value = map.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a value is missing: name=" + name);
        }
        return value.toString();
    }

    private static long whole(Map<?, ?> map, String name) {
        return Long.parseLong(text(map, name));
    }

    /** How records become entries, as text that is the same in every process. */
    private static String describe(Decoding decoding) {
        FieldMapping mapping = decoding.mapping();
        String fields = "own";
        if (mapping != null) {
            FieldMapping.Reward reward = mapping.reward();
            fields = String.join(
                    " ",
                    "concepts=" + mapping.concepts(),
                    "id=" + mapping.id(),
                    "strength=" + describe(mapping.strength()),
                    "at=" + describe(mapping.at()),
                    "context=" + mapping.context(),
                    "event-id=" + mapping.eventId(),
                    reward == null
                            ? "reward=1"
                            : "reward=" + reward.pointer() + new TreeMap<>(reward.values()) + reward.otherwise());
        }
        return fields + " context-from=" + (decoding.contextFromKey() ? "key" : "none") + " event-id-header="
                + decoding.eventIdHeader();
    }

    private static String describe(FieldMapping.@Nullable Strength strength) {
        return strength == null ? "none" : strength.pointer() + " scale=" + strength.scale();
    }

    private static String describe(FieldMapping.@Nullable Time time) {
        return time == null
                ? "none"
                : time.pointer() + " unit=" + time.format().unit() + " zone="
                        + time.format().zone();
    }
}
