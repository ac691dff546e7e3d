package io.synfire.query.app;

import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Durations;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.kafka.FaultPolicy;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.http.HttpOptions;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.RecallSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.core.JsonPointer;

/**
 * All settings, checked: {@code synfire.yaml}, overridden by the environment ({@code SYNFIRE_HTTP_PORT} is {@code http.port}),
 * overridden by {@code --set}. An unknown key is refused with the nearest known one; {@code kafka.*} goes to the clients as it is.
 *
 * @param data directory that holds {@code store/} and {@code kafka/}
 * @param learning learning settings that were given explicitly
 * @param recall how questions weigh what they read
 * @param kafka properties of Kafka clients, without their prefix; a broker is started in the process if they name none
 * @param http where HTTP listens, to whom, and how much it bears
 * @param checkpointInterval at most this long between two checkpoints while something is learned
 * @param engine what the engine may use
 * @param topics which topics are read and written
 * @param partitions how many partitions a new topic of episodes gets
 * @param decoding how records become entries
 * @param faults what the learner does about faults that it cannot mend by itself
 * @param prequentialShare the share of contexts whose next episodes are predicted while a memory is served
 * @param given what was given, by key, without what is secret: to be shown
 */
record Settings(
        Path data,
        Map<String, String> learning,
        RecallSettings recall,
        Map<String, String> kafka,
        HttpOptions http,
        Duration checkpointInterval,
        EngineOptions engine,
        TopicNames topics,
        int partitions,
        Decoding decoding,
        FaultPolicy faults,
        double prequentialShare,
        Map<String, String> given) {

    /** Where store and broker are if nothing else is said. */
    static final String DATA = "synfire-data";

    /** Between two checkpoints if nothing else is said. */
    static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(5);

    private static final String KAFKA = "kafka.";
    private static final String ENVIRONMENT = "SYNFIRE_";

    /** Followed by a type of event, which may be any text. */
    private static final String REWARD_VALUES = "fields.reward.values.";

    /** What Kubernetes sets in every container beside a service that is called synfire. */
    private static final Pattern OF_KUBERNETES = Pattern.compile("SYNFIRE_(SERVICE_(HOST|PORT)|PORT)(_.*)?");

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(b|kib|mib|gib|k|m|g)?");

    /** Everything that is no learning setting, with its default. */
    private static final Map<String, String> OTHERS = others();

    private static Map<String, String> others() {
        Map<String, String> others = new LinkedHashMap<>();
        others.put("data", DATA);
        others.putAll(HttpSettings.defaults());
        others.put("checkpoint-interval", CHECKPOINT_INTERVAL.toSeconds() + "s");
        others.put("memory", "");
        others.put("topics.episodes", "synfire.episodes");
        others.put("topics.dead-letters", "synfire.dead-letters");
        others.put("topics.partitions", "1");
        others.put("context-from", "none");
        others.put("event-id-header", "");
        others.put("max-record", "16MiB");
        others.put("max-at", "2100-01-01T00:00:00Z");
        others.put("max-dead-letter", "");
        others.put("ready.lost-after", "30s");
        others.put("accept-gap", "");
        others.put("prequential.share", "0.05");
        others.put("fields.concepts", "");
        others.put("fields.id", "/id");
        others.put("fields.strength", "");
        others.put("fields.at", "");
        others.put("fields.context", "");
        others.put("fields.event-id", "");
        others.put("fields.reward.pointer", "");
        others.put("fields.reward.otherwise", "");
        return others;
    }

    /**
     * Reads all settings.
     *
     * @param common what the command line gave
     * @param environment the environment variables
     * @param defaults what a command sets beneath the user's own settings
     * @return the settings
     * @throws IOException if the settings file cannot be read
     * @throws IllegalArgumentException if a key is unknown or a value out of its range
     */
    static Settings load(Common common, Map<String, String> environment, Map<String, String> defaults)
            throws IOException {
        Map<String, String> values = new LinkedHashMap<>(defaults);
        Path config = common.config();
        if (config != null || Files.exists(Path.of("synfire.yaml"))) {
            readYaml(config == null ? Path.of("synfire.yaml") : config, values);
        }
        readEnvironment(environment, values);
        for (String pair : common.set()) {
            int split = pair.indexOf('=');
            if (split < 1) {
                throw new IllegalArgumentException(
                        "--set takes KEY=VALUE, there is no = in it or nothing before it: characters=" + pair.length());
            }
            values.put(
                    pair.substring(0, split).trim(), pair.substring(split + 1).trim());
        }
        if (common.data() != null) {
            values.put("data", common.data().toString());
        }
        return of(values);
    }

    /** The store that is the memory now. */
    Path store() {
        return StoreDirectory.live(data);
    }

    /** What may be shown of them. */
    @Override
    public String toString() {
        return "Settings" + given;
    }

    private static Settings of(Map<String, String> values) {
        Map<String, String> learning = new LinkedHashMap<>();
        Map<String, String> recall = new LinkedHashMap<>();
        Map<String, String> kafka = new LinkedHashMap<>();
        Map<String, String> others = new LinkedHashMap<>(OTHERS);
        Map<String, Double> rewards = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(KAFKA)) {
                kafka.put(key.substring(KAFKA.length()), value);
            } else if (LearningSettings.KEYS.contains(key) || key.equals("rule")) {
                learning.put(key, value);
            } else if (RecallSettings.KEYS.contains(key)) {
                recall.put(key, value);
            } else if (key.startsWith(REWARD_VALUES)) {
                rewards.put(key.substring(REWARD_VALUES.length()), number(key, value));
            } else if (OTHERS.containsKey(key)) {
                others.put(key, value);
            } else {
                throw new IllegalArgumentException(
                        "unknown setting, did you mean " + nearest(key) + "? setting=" + key);
            }
        });
        LearningSettings.parse(learning);
        String memory = text(others, "memory");
        String contextFrom = text(others, "context-from");
        if (!Set.of("none", "key").contains(contextFrom)) {
            throw new IllegalArgumentException("context-from must be none or key: context-from=" + contextFrom);
        }
        return new Settings(
                Path.of(text(others, "data")),
                learning,
                RecallSettings.parse(recall),
                kafka,
                HttpSettings.parse(others),
                Duration.ofMillis(Durations.parseMs("checkpoint-interval", text(others, "checkpoint-interval"))),
                memory.isEmpty() ? EngineOptions.defaults() : new EngineOptions(bytes("memory", memory)),
                new TopicNames(text(others, "topics.episodes"), text(others, "topics.dead-letters")),
                whole(others, "topics.partitions"),
                decoding(others, rewards, contextFrom.equals("key")),
                faults(others),
                share(others),
                Secrets.hidden(values));
    }

    private static double share(Map<String, String> others) {
        double share = number("prequential.share", text(others, "prequential.share"));
        Limits.requireShare("prequential.share", share);
        return share;
    }

    private static Decoding decoding(Map<String, String> others, Map<String, Double> rewards, boolean contextFromKey) {
        String header = text(others, "event-id-header");
        RecordLimits limits = new RecordLimits(
                size("max-record", text(others, "max-record")), time("max-at", text(others, "max-at")));
        return new Decoding(mapping(others, rewards), contextFromKey, header.isEmpty() ? null : header, limits);
    }

    private static FaultPolicy faults(Map<String, String> others) {
        String deadLetter = text(others, "max-dead-letter");
        return new FaultPolicy(
                Duration.ofMillis(Durations.parseMs("ready.lost-after", text(others, "ready.lost-after"))),
                deadLetter.isEmpty() ? FaultPolicy.defaultDeadLetterBytesMax() : size("max-dead-letter", deadLetter),
                Stream.of(text(others, "accept-gap").split(","))
                        .map(String::strip)
                        .filter(gap -> !gap.isEmpty())
                        .collect(Collectors.toSet()));
    }

    private static @Nullable FieldMapping mapping(Map<String, String> others, Map<String, Double> rewards) {
        JsonPointer concepts = pointer(others, "fields.concepts");
        JsonPointer id = pointer(others, "fields.id");
        JsonPointer reward = pointer(others, "fields.reward.pointer");
        String otherwise = text(others, "fields.reward.otherwise");
        if (reward == null && !(rewards.isEmpty() && otherwise.isEmpty())) {
            throw new IllegalArgumentException(
                    "fields.reward.pointer must say where the type of an event is: fields.reward.pointer=missing");
        }
        FieldMapping.Reward byType = reward == null
                ? null
                : new FieldMapping.Reward(
                        reward,
                        rewards,
                        otherwise.isEmpty() ? null : Double.valueOf(number("fields.reward.otherwise", otherwise)));
        if (concepts == null || id == null) {
            others.forEach((key, value) -> {
                if (key.startsWith("fields.") && !value.equals(OTHERS.get(key))) {
                    throw new IllegalArgumentException(
                            "fields.concepts must say where the concepts are: fields.concepts=missing " + key + "="
                                    + value);
                }
            });
            return null;
        }
        return new FieldMapping(
                concepts,
                id,
                pointer(others, "fields.strength"),
                pointer(others, "fields.at"),
                pointer(others, "fields.context"),
                pointer(others, "fields.event-id"),
                byType);
    }

    private static @Nullable JsonPointer pointer(Map<String, String> others, String key) {
        String text = text(others, key);
        return text.isEmpty() ? null : FieldMapping.pointer(key, text);
    }

    private static double number(String key, String text) {
        try {
            double value = Double.parseDouble(text);
            if (Math.abs(value) <= Episode.REWARD_MAX) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " must be a number: " + key + "=" + text, e);
        }
        throw new IllegalArgumentException(key + " must be in [-1e6, 1e6]: " + key + "=" + text);
    }

    private static void readYaml(Path file, Map<String, String> values) throws IOException {
        try {
            Object root = new Load(
                            LoadSettings.builder().setLabel(file.toString()).build())
                    .loadFromString(Files.readString(file));
            if (root == null) {
                return;
            }
            if (!(root instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("the settings file must hold keys and values: config=" + file);
            }
            flatten("", map, values);
        } catch (MarkedYamlEngineException e) {
            // Its message quotes the lines around it, and what they hold.
            String where = e.getProblemMark()
                    .map(mark -> " line=" + (mark.getLine() + 1) + " column=" + (mark.getColumn() + 1))
                    .orElse("");
            throw new IllegalArgumentException(
                    "the settings file must be YAML, " + e.getProblem() + ": config=" + file + where);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("the settings file must be YAML: config=" + file);
        }
    }

    private static void flatten(String prefix, Map<?, ?> map, Map<String, String> values) {
        map.forEach((key, value) -> {
            String name = prefix + key;
            if (value instanceof Map<?, ?> nested) {
                flatten(name + ".", nested, values);
            } else if (value instanceof List<?> list) {
                values.put(
                        name,
                        String.join(",", list.stream().map(String::valueOf).toList()));
            } else {
                values.put(name, value == null ? "" : value.toString());
            }
        });
    }

    private static void readEnvironment(Map<String, String> environment, Map<String, String> values) {
        Set<String> known = knownKeys();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (!name.startsWith(ENVIRONMENT) || OF_KUBERNETES.matcher(name).matches()) {
                continue;
            }
            String value = environment.getOrDefault(name, "");
            String lower = name.substring(ENVIRONMENT.length()).toLowerCase(Locale.ROOT);
            if (lower.startsWith("kafka_")) {
                values.put(lower.replace('_', '.'), value);
                continue;
            }
            String key = known.stream()
                    .filter(candidate ->
                            candidate.replace('.', '_').replace('-', '_').equals(lower))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("unknown setting in the environment, did you mean "
                            + nearest(lower.replace('_', '-')) + "? variable=" + name));
            values.put(key, value);
        }
    }

    private static Set<String> knownKeys() {
        Set<String> known = new TreeSet<>(LearningSettings.KEYS);
        known.addAll(RecallSettings.KEYS);
        known.addAll(OTHERS.keySet());
        known.add("rule");
        return known;
    }

    private static String nearest(String key) {
        Set<String> known = knownKeys();
        known.add("kafka.bootstrap.servers");
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(key, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    static String text(Map<String, String> values, String key) {
        return values.getOrDefault(key, "");
    }

    static int whole(Map<String, String> values, String key) {
        try {
            return Integer.parseInt(text(values, key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " must be a whole number: " + key + "=" + text(values, key), e);
        }
    }

    private static long time(String key, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(key + " must be ISO-8601 with an offset: " + key + "=" + text, e);
        }
    }

    /** A size that one array can have. */
    private static int size(String key, String text) {
        long size = bytes(key, text);
        if (size > 1 << 30) {
            throw new IllegalArgumentException(key + " must be at most 1 GiB: " + key + "=" + text);
        }
        return (int) size;
    }

    static long bytes(String key, String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(key + " must be a size such as 512MiB: " + key + "=" + text);
        }
        String unit = matcher.group(2) == null ? "b" : matcher.group(2);
        int shift =
                switch (unit.charAt(0)) {
                    case 'k' -> 10;
                    case 'm' -> 20;
                    case 'g' -> 30;
                    default -> 0;
                };
        return Long.parseLong(matcher.group(1)) << shift;
    }
}
