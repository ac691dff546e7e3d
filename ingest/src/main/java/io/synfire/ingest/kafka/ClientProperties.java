package io.synfire.ingest.kafka;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Properties of Kafka clients: what the user gave, passed through untouched, and the few that the guarantee rests on, which cannot
 * be given otherwise. All clients are made here, so that what keeps one from being made is said in one way.
 */
public final class ClientProperties {

    private static final Logger LOG = LoggerFactory.getLogger(ClientProperties.class);

    /** What each record exactly once rests on, and why another value would break it. */
    private static final Map<String, Object> REQUIRED = Map.of(
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false", // positions live in the store
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none", // a gap must be an error
            ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed", // an aborted record never happened
            ProducerConfig.ACKS_CONFIG, "all", // a dead letter must be safe before the position passes it
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");

    /** Every property that a consumer, a producer or an admin client knows. What else is given is a plugin's, or a mistake. */
    public static final Set<String> NAMES = names();

    /** What a client asks one of its {@code config.providers} for, as it writes that. */
    private static final Pattern PROVIDED = Pattern.compile("\\$\\{[^}]*?:[^}]*?}");

    /** What is reckoned with before a client is made, so that its value must be known here. */
    private static final Set<String> RECKONED_WITH = Set.of(
            ProducerConfig.LINGER_MS_CONFIG,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG);

    /** What consumers, producers and admin clients say of their properties. */
    private static final List<ConfigDef> DEFINED =
            List.of(ConsumerConfig.configDef(), ProducerConfig.configDef(), AdminClientConfig.configDef());

    /** The largest request of a producer: 16 MiB, as HTTP takes, and 1 MiB for all that is not a record's value. */
    private static final long REQUEST_BYTES_MAX = 17L << 20;

    /** How a client says that it knows the address of none of its servers. */
    private static final String UNRESOLVED = "No resolvable bootstrap urls";

    private static final long REQUEST_BYTES_BESIDE = 1L << 20;
    private static final long BUFFER_BYTES = 8L << 20;

    /** How long the cluster keeps a transaction open that nobody goes on with. */
    static final int TRANSACTION_MS = 30_000;

    /** How long a cluster may take to answer one request of who appends what somebody waits for. */
    private static final long ANSWER_MAX_MS = 15_000;

    /** How long it may take until all replicas have that. */
    private static final long DELIVERY_MAX_MS = 30_000;

    /** How long a batch waits for its last record. */
    private static final long LINGER_MS = 10_000;

    private final Map<String, Object> given;

    /**
     * Properties as the user gave them, without the prefix {@code kafka.}.
     *
     * @param given by name; {@code bootstrap.servers} at least
     * @throws IllegalArgumentException if no servers are named, or {@link #check} refuses them
     */
    public ClientProperties(Map<String, String> given) {
        if (given.getOrDefault("bootstrap.servers", "").isBlank()) {
            throw new IllegalArgumentException("kafka.bootstrap.servers must be set: kafka.bootstrap.servers=missing");
        }
        check(given);
        this.given = new LinkedHashMap<>(given);
        String plugins = given.keySet().stream()
                .filter(name -> !NAMES.contains(name))
                .sorted()
                .map(name -> "kafka." + name)
                .collect(Collectors.joining(" "));
        if (!plugins.isEmpty()) {
            LOG.warn("no Kafka client knows these settings; they are passed on, for plugins: {}", plugins);
        }
    }

    private static Set<String> names() {
        Set<String> names = new TreeSet<>(ConsumerConfig.configNames());
        names.addAll(ProducerConfig.configNames());
        names.addAll(AdminClientConfig.configNames());
        return Collections.unmodifiableSet(names);
    }

    /**
     * Refuses what the user may not give, before a client is made with it. A value that one of {@code config.providers} is to give is known
     * to the client alone, and is not looked at, but where the guarantee rests on it or it is reckoned with here.
     *
     * @param given by name, without the prefix {@code kafka.}
     * @throws IllegalArgumentException if one is given that the guarantee rests on, with another value, or with one that no client takes
     */
    public static void check(Map<String, String> given) {
        given.forEach((name, value) -> {
            Object required = REQUIRED.get(name);
            if (required != null && !required.toString().equalsIgnoreCase(value)) {
                throw new IllegalArgumentException("kafka." + name + " must be " + required
                        + ", the guarantee rests on it: kafka." + name + "=" + value);
            }
            if (!isProvided(given, value) || RECKONED_WITH.contains(name)) {
                DEFINED.forEach(defined -> requireOfItsKind(defined.configKeys().get(name), value));
            }
        });
    }

    private static boolean isProvided(Map<String, String> given, String value) {
        return !given.getOrDefault(AbstractConfig.CONFIG_PROVIDERS_CONFIG, "").isBlank()
                && PROVIDED.matcher(value).find();
    }

    /** Classes are looked for when a client is made: they may be anybody's. */
    private static void requireOfItsKind(ConfigDef.@Nullable ConfigKey key, String value) {
        if (key == null || key.type() == ConfigDef.Type.CLASS) {
            return;
        }
        try {
            Object parsed = ConfigDef.parseType(key.name, value, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, parsed);
            }
        } catch (ConfigException e) {
            String message = String.valueOf(e.getMessage());
            String about = "for configuration " + key.name + ": ";
            String why = message.contains(about) ? message.substring(message.indexOf(about) + about.length()) : message;
            throw new IllegalArgumentException(
                    "kafka." + key.name + " must be what Kafka's clients take: kafka." + key.name + "=" + value + ": "
                            + why,
                    e);
        }
    }

    /**
     * Whether a property must not be shown: it is a password or key, or of a plugin, so that nobody here knows what it is.
     *
     * @param name its name, without the prefix {@code kafka.}
     * @return false for what the clients know as no secret
     */
    public static boolean isSecret(String name) {
        boolean isKnown = false;
        for (ConfigDef known : DEFINED) {
            ConfigDef.ConfigKey key = known.configKeys().get(name);
            if (key != null && key.type() == ConfigDef.Type.PASSWORD) {
                return true;
            }
            isKnown |= key != null;
        }
        return !isKnown;
    }

    /**
     * Where the cluster is asked for first.
     *
     * @return as it was given, {@code HOST:PORT} with commas between them
     */
    public String servers() {
        return String.valueOf(given.get("bootstrap.servers"));
    }

    /**
     * Whether the user asked for a consumer group.
     *
     * @return true if {@code group.id} is given
     */
    public boolean hasGroup() {
        return given.containsKey(ConsumerConfig.GROUP_ID_CONFIG);
    }

    /**
     * What the learner's consumer is made with.
     *
     * @return properties of its own, that the caller may change
     */
    public Map<String, Object> consumer() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, "2097152");
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, "8388608");
        properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "1048576");
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "synfire-learner");
        // Partitions that are added are found within it; in a group only the consumer itself finds them.
        properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, "30000");
        properties.putAll(given);
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        for (String name : new String[] {
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG
        }) {
            properties.put(name, REQUIRED.get(name));
        }
        return known(properties, ConsumerConfig.configNames());
    }

    /** A consumer that reads by itself, in no group, beside the learner. */
    Map<String, Object> reader(String clientId) {
        Map<String, Object> properties = consumer();
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        return properties;
    }

    Map<String, Object> producer(String clientId) {
        return producer(clientId, 0);
    }

    /** A producer whose records may be so large, if nothing else is said. */
    Map<String, Object> producer(String clientId, int recordBytesMax) {
        long requestBytesMax = Math.max(REQUEST_BYTES_MAX, (long) recordBytesMax + REQUEST_BYTES_BESIDE);
        Map<String, Object> properties = new HashMap<>();
        // An upper bound: it is taken as it is needed.
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(Math.max(BUFFER_BYTES, requestBytesMax)));
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, "65536");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, "5");
        properties.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Long.toString(Math.min(Integer.MAX_VALUE, requestBytesMax)));
        properties.putAll(given);
        // An id is one producer's alone.
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        for (String name : new String[] {ProducerConfig.ACKS_CONFIG, ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG}) {
            properties.put(name, REQUIRED.get(name));
        }
        return known(properties, ProducerConfig.configNames());
    }

    /** A producer of episodes that somebody waits for: it gives up earlier than others, unless the user has said when. */
    Map<String, Object> appending(String clientId) {
        Map<String, Object> properties = producer(clientId);
        long lingerMs = number(properties, ProducerConfig.LINGER_MS_CONFIG);
        properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(ANSWER_MAX_MS));
        if (given.containsKey(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)) {
            long deliveryMs = number(properties, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
            properties.putIfAbsent(
                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    Long.toString(Math.max(1, Math.min(ANSWER_MAX_MS, deliveryMs - lingerMs))));
        } else {
            properties.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(ANSWER_MAX_MS));
            long requestMs = number(properties, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
            properties.put(
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                    Long.toString(Math.max(DELIVERY_MAX_MS, requestMs + lingerMs)));
        }
        return properties;
    }

    /** A producer that sends nothing before it is told to, as far as its time for delivery allows that. */
    Map<String, Object> batching(String clientId, int batchBytes) {
        Map<String, Object> properties = appending(clientId);
        long spareMs = number(properties, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)
                - number(properties, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, Long.toString(Math.max(0, Math.min(LINGER_MS, spareMs))));
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(batchBytes));
        return properties;
    }

    /** A producer of transactions, whose id is what the user gave, or {@code synfire}, with something that no other has. */
    Map<String, Object> transactional(String clientId, String unique) {
        Map<String, Object> properties = appending(clientId);
        Object prefix = given.getOrDefault(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "synfire");
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, prefix + "-" + unique);
        properties.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Integer.toString(TRANSACTION_MS));
        return properties;
    }

    private static long number(Map<String, Object> properties, String name) {
        return Long.parseLong(String.valueOf(properties.get(name)).trim());
    }

    /** Whether keys go where a plugin of the user says. */
    boolean hasPartitioner() {
        return given.containsKey(ProducerConfig.PARTITIONER_CLASS_CONFIG)
                || given.containsKey(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG);
    }

    /** The largest request that a producer sends, which a record must fit into before it is compressed. */
    long requestBytesMax() {
        return Long.parseLong(String.valueOf(producer("").get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG)));
    }

    /** Whether producers compress, so that a topic may take a record that is larger than it says. */
    boolean compresses() {
        return !given.getOrDefault(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none")
                .equals("none");
    }

    /**
     * An admin client.
     *
     * @throws SilentClusterException if no name of the cluster's servers can be resolved now
     * @throws IllegalStateException if a client cannot be made with these properties
     */
    Admin newAdmin() {
        return made(() -> Admin.create(admin()));
    }

    /** A consumer of these properties, which this has given; the same for the rest. */
    KafkaConsumer<byte[], byte[]> newConsumer(Map<String, Object> properties) {
        return newConsumer(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A consumer whose keys and values are read otherwise; the same for the rest. */
    <K, V> KafkaConsumer<K, V> newConsumer(
            Map<String, Object> properties, Deserializer<K> keys, Deserializer<V> values) {
        return made(() -> new KafkaConsumer<>(properties, keys, values));
    }

    /** A producer of these properties, which this has given; the same for the rest. */
    KafkaProducer<byte[], byte[]> newProducer(Map<String, Object> properties) {
        return made(() -> new KafkaProducer<>(properties));
    }

    /** A client looks its servers up when it is made. A name that nobody knows yet is a cluster that does not answer yet. */
    private <C> C made(Supplier<C> making) {
        try {
            return making.get();
        } catch (KafkaException e) {
            Throwable reason = e;
            while (reason.getCause() != null && !isUnresolved(reason)) {
                reason = reason.getCause();
            }
            throw isUnresolved(reason)
                    ? new SilentClusterException(
                            "no server's name can be resolved: kafka.bootstrap.servers=" + servers(), e)
                    : new IllegalStateException(
                            "Kafka's client cannot work with the settings kafka.*: " + Causes.words(reason), e);
        }
    }

    private static boolean isUnresolved(Throwable reason) {
        return reason instanceof ConfigException
                && String.valueOf(reason.getMessage()).startsWith(UNRESOLVED);
    }

    Map<String, Object> admin() {
        return known(new HashMap<>(given), AdminClientConfig.configNames());
    }

    /** A client warns of names that only another kind of client knows; names that none knows go through, for plugins. */
    private static Map<String, Object> known(Map<String, Object> properties, Set<String> names) {
        properties.keySet().removeIf(name -> !names.contains(name) && NAMES.contains(name));
        return properties;
    }
}
