package io.synfire.query.app;

import io.synfire.engine.EngineOptions;
import io.synfire.engine.learn.Durations;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.FaultPolicy;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.UsageException;
import io.synfire.query.http.HttpOptions;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.RecallSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
 * @param offsetsGroup the group under whose name positions are committed for lag tools, {@code {id}} in it the store's id; empty for none
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
        String offsetsGroup,
        double prequentialShare,
        Map<String, String> given) {

    /** Where store and broker are if nothing else is said. */
    static final String DATA = "synfire-data";

    /** Between two checkpoints if nothing else is said. */
    static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(5);

    /** Stands for the store's id in a name. */
    private static final String ID = "{id}";

    /** Whose name positions are committed under if nothing else is said. */
    static final String OFFSETS_GROUP_DEFAULT = "synfire-" + ID;

    private static final String OFFSETS_GROUP = "offsets.group";

    /**
     * Reads all settings.
     *
     * @param common what the command line gave
     * @param environment the environment variables
     * @param defaults what a command sets beneath the user's own settings
     * @return the settings
     * @throws IOException if the settings file cannot be read
     * @throws UsageException if a key is unknown or a value out of its range
     */
    static Settings load(Common common, Map<String, String> environment, Map<String, String> defaults)
            throws IOException {
        try {
            return of(SettingsSources.read(common, environment, defaults));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    /** The store that is the memory now. */
    Path store() {
        return StoreDirectory.live(data);
    }

    /**
     * The group under whose name a store's positions are committed for lag tools.
     *
     * @param storeId the store's id
     * @return its name, or null for none
     */
    @Nullable
    String offsetsGroup(String storeId) {
        return offsetsGroup.isEmpty() ? null : offsetsGroup.replace(ID, storeId);
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
        Map<String, String> others = SettingNames.defaults();
        Map<String, Double> rewards = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(KafkaNames.PREFIX)) {
                String name = key.substring(KafkaNames.PREFIX.length());
                KafkaNames.requireMeant(name, "setting=" + key);
                kafka.put(name, value);
            } else if (LearningSettings.KEYS.contains(key) || key.equals("rule")) {
                learning.put(key, value);
            } else if (RecallSettings.KEYS.contains(key)) {
                recall.put(key, value);
            } else if (key.startsWith(FieldSettings.REWARD_VALUES + ".")) {
                rewards.put(key.substring(FieldSettings.REWARD_VALUES.length() + 1), SettingValues.number(key, value));
            } else if (others.containsKey(key)) {
                others.put(key, value);
            } else {
                throw new IllegalArgumentException(
                        "unknown setting, did you mean " + SettingNames.nearest(key) + "? setting=" + key);
            }
        });
        LearningSettings.parse(learning);
        ClientProperties.check(kafka);
        String memory = SettingValues.text(others, "memory");
        String contextFrom = SettingValues.text(others, "context-from");
        if (!Set.of("none", "key").contains(contextFrom)) {
            throw new IllegalArgumentException("context-from must be none or key: context-from=" + contextFrom);
        }
        return new Settings(
                Path.of(SettingValues.text(others, "data")),
                learning,
                RecallSettings.parse(recall),
                kafka,
                HttpSettings.parse(others),
                Duration.ofMillis(
                        Durations.parseMs("checkpoint-interval", SettingValues.text(others, "checkpoint-interval"))),
                memory.isEmpty() ? EngineOptions.defaults() : new EngineOptions(SettingValues.bytes("memory", memory)),
                new TopicNames(
                        SettingValues.text(others, "topics.episodes"),
                        SettingValues.text(others, "topics.dead-letters")),
                partitions(others),
                decoding(others, rewards, contextFrom.equals("key")),
                faults(others),
                offsetsGroup(SettingValues.text(others, OFFSETS_GROUP), kafka.get("group.id")),
                share(others),
                Secrets.hidden(values));
    }

    /** A member of a group commits as one. */
    private static String offsetsGroup(String given, @Nullable String member) {
        if (given.isEmpty() || given.equals("none")) {
            return "";
        }
        if (member == null || given.equals(member)) {
            return given;
        }
        if (!given.equals(OFFSETS_GROUP_DEFAULT)) {
            throw new IllegalArgumentException("offsets.group must be kafka.group.id where that is set, or none:"
                    + " offsets.group=" + given + " kafka.group.id=" + member);
        }
        return member;
    }

    private static int partitions(Map<String, String> others) {
        int partitions = SettingValues.whole(others, "topics.partitions");
        if (partitions < 1) {
            throw new IllegalArgumentException("topics.partitions must be at least 1: topics.partitions=" + partitions);
        }
        return partitions;
    }

    private static double share(Map<String, String> others) {
        double share = SettingValues.number("prequential.share", SettingValues.text(others, "prequential.share"));
        Limits.requireShare("prequential.share", share);
        return share;
    }

    private static Decoding decoding(Map<String, String> others, Map<String, Double> rewards, boolean contextFromKey) {
        String header = SettingValues.text(others, "event-id-header");
        RecordLimits limits = new RecordLimits(
                SettingValues.size("max-record", SettingValues.text(others, "max-record")),
                SettingValues.time("max-at", SettingValues.text(others, "max-at")));
        return new Decoding(
                FieldSettings.parse(others, rewards), contextFromKey, header.isEmpty() ? null : header, limits);
    }

    private static FaultPolicy faults(Map<String, String> others) {
        String deadLetter = SettingValues.text(others, "max-dead-letter");
        return new FaultPolicy(
                Duration.ofMillis(
                        Durations.parseMs("ready.lost-after", SettingValues.text(others, "ready.lost-after"))),
                deadLetter.isEmpty()
                        ? FaultPolicy.defaultDeadLetterBytesMax()
                        : SettingValues.size("max-dead-letter", deadLetter),
                Stream.of(SettingValues.text(others, "accept-gap").split(","))
                        .map(String::strip)
                        .filter(gap -> !gap.isEmpty())
                        .collect(Collectors.toSet()));
    }
}
