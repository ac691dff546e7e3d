package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.EpochUnit;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.codec.StrengthScale;
import io.synfire.ingest.codec.TimeFormat;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.FaultPolicy;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.UsageException;
import io.synfire.query.http.HttpOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which setting counts, and what each mistake is told. */
final class SettingsTest {

    @TempDir
    Path directory;

    private Settings load(String yaml, Map<String, String> environment, String... set) throws IOException {
        Path file = Files.writeString(directory.resolve("synfire.yaml"), yaml);
        return Settings.load(new Common(null, file, List.of(set)), environment, Map.of("max-concepts", "7"));
    }

    @Test
    void theFileYieldsToTheEnvironmentAndThatToTheCommandLine() throws IOException {
        String yaml =
                """
                half-lives: [1h, 1d, 30d]
                http: {port: 1111, host: 0.0.0.0}
                kafka:
                  bootstrap.servers: file:9092
                  security: {protocol: SSL}
                checkpoint-interval: 2s
                memory: 64MiB
                """;
        Settings settings = load(
                yaml,
                Map.of("SYNFIRE_HTTP_PORT", "2222", "SYNFIRE_KAFKA_BOOTSTRAP_SERVERS", "env:9092", "PATH", "x"),
                "http.port=3333");
        assertThat(settings.http().port()).isEqualTo(3333);
        assertThat(settings.http().host()).isEqualTo("0.0.0.0");
        assertThat(settings.kafka())
                .containsEntry("bootstrap.servers", "env:9092")
                .containsEntry("security.protocol", "SSL");
        assertThat(settings.learning()).containsEntry("half-lives", "1h,1d,30d").containsEntry("max-concepts", "7");
        assertThat(settings.checkpointInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.engine().memoryBytes()).isEqualTo(64 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "bootstrap.server, bootstrap.servers",
        "bootstrap.servrs, bootstrap.servers",
        "boostrap.severs, bootstrap.servers",
        "bootstrapServers, bootstrap.servers",
        "bootstrap-servers, bootstrap.servers",
        "BOOTSTRAP_SERVERS, bootstrap.servers",
        "secruity.protocol, security.protocol",
        "sasl.jaas.confg, sasl.jaas.config",
        "groupid, group.id",
        "compression.typ, compression.type",
        "max.block.msec, max.block.ms"
    })
    void aKafkaSettingThatIsNearlyAClientsOwnIsRefusedByWhatWasMeant(String mistaken, String meant) {
        assertThatThrownBy(() -> load("", Map.of(), "kafka." + mistaken + "=secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no Kafka client knows this setting, did you mean kafka." + meant + "? setting=kafka."
                        + mistaken);
    }

    @Test
    void aKafkaSettingOfTheEnvironmentIsRefusedByItsVariable() {
        assertThatThrownBy(() -> load("", Map.of("SYNFIRE_KAFKA_BOOTSTRAP_SERVER", "prod:9092")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no Kafka client knows this setting, did you mean kafka.bootstrap.servers?"
                        + " variable=SYNFIRE_KAFKA_BOOTSTRAP_SERVER");
    }

    @Test
    void whateverPropertyOfAClientIsMistypedByTwoEditsIsRefusedByOneThatIsAsNear() {
        SplittableRandom random = new SplittableRandom(20_111_209);
        List<String> names = List.copyOf(ClientProperties.NAMES);
        assertThat(names)
                .contains("bootstrap.servers", "group.id", "linger.ms", "retries")
                .hasSizeGreaterThan(130);
        for (int i = 0; i < 2_000; i++) {
            String name = names.get(random.nextInt(names.size()));
            String mistyped = mistyped(mistyped(name, random), random);
            if (names.contains(mistyped)) {
                assertThat(KafkaNames.meant(mistyped)).as(mistyped).isEmpty();
            } else {
                String meant = KafkaNames.meant(mistyped).orElseThrow(() -> new AssertionError(name + " " + mistyped));
                assertThat(names).contains(meant.substring("kafka.".length()));
            }
        }
        names.forEach(name -> assertThat(KafkaNames.meant(name)).as(name).isEmpty());
    }

    /** One letter more, less or another. */
    private static String mistyped(String name, SplittableRandom random) {
        int at = random.nextInt(name.length());
        char letter = (char) ('a' + random.nextInt(26));
        return switch (random.nextInt(3)) {
            case 0 -> name.substring(0, at) + letter + name.substring(at);
            case 1 -> name.substring(0, at) + name.substring(at + 1);
            default -> name.substring(0, at) + letter + name.substring(at + 1);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "schema.registry.url",
                "ssl.keymaster.vault.path",
                "sasl.callback.tenant",
                "interceptor.audit.topic",
                "x"
            })
    void aKafkaSettingThatIsLikeNoneIsAPluginsAndPasses(String name) throws IOException {
        assertThat(load("", Map.of(), "kafka." + name + "=v").kafka()).containsEntry(name, "v");
    }

    @Test
    void positionsAreCommittedUnderTheStoresOwnGroupUnlessToldOtherwise() throws IOException {
        assertThat(load("", Map.of()).offsetsGroup("4711")).isEqualTo("synfire-4711");
        assertThat(load("", Map.of(), "offsets.group=team-{id}-lag").offsetsGroup("4711"))
                .isEqualTo("team-4711-lag");
        assertThat(load("", Map.of(), "offsets.group=mine").offsetsGroup("4711"))
                .isEqualTo("mine");
        assertThat(load("", Map.of(), "offsets.group=none").offsetsGroup("4711"))
                .isNull();
        assertThat(load("", Map.of(), "offsets.group=").offsetsGroup("4711")).isNull();
        // A member commits as one.
        assertThat(load("", Map.of(), "kafka.group.id=g").offsetsGroup("4711")).isEqualTo("g");
        assertThat(load("", Map.of(), "kafka.group.id=g", "offsets.group=g").offsetsGroup("4711"))
                .isEqualTo("g");
        assertThat(load("", Map.of(), "kafka.group.id=g", "offsets.group=none").offsetsGroup("4711"))
                .isNull();
        assertThatThrownBy(() -> load("", Map.of(), "kafka.group.id=g", "offsets.group=mine"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("offsets.group must be kafka.group.id where that is set, or none: offsets.group=mine"
                        + " kafka.group.id=g");
    }

    @Test
    void fieldsOfForeignJsonAndARewardPerTypeAreMapped() throws Exception {
        String yaml =
                """
                context-from: key
                event-id-header: x-id
                fields:
                  concepts: /payload/items
                  at: /ts
                  reward:
                    pointer: /type
                    values: {view: 1, save: 10, dislike: -10, a.b: 2}
                """;
        Decoding decoding = load(yaml, Map.of()).decoding();
        assertThat(decoding.contextFromKey()).isTrue();
        assertThat(decoding.eventIdHeader()).isEqualTo("x-id");
        FieldMapping mapping = Objects.requireNonNull(decoding.mapping());
        assertThat(mapping.concepts()).hasToString("/payload/items");
        assertThat(mapping.id()).hasToString("/id");
        assertThat(mapping.context()).isNull();
        assertThat(Objects.requireNonNull(mapping.reward()).values())
                .isEqualTo(Map.of("view", 1.0, "save", 10.0, "dislike", -10.0, "a.b", 2.0));
        assertThat(load("", Map.of()).decoding()).isEqualTo(Decoding.plain());
        assertThatThrownBy(() -> load("fields: {at: /ts}", Map.of())).hasMessageContaining("fields.concepts=missing");
        assertThatThrownBy(() -> load("fields: {concepts: items}", Map.of()))
                .hasMessageContaining("fields.concepts=items");
        assertThatThrownBy(() -> load("fields.reward.values.view: 1", Map.of()))
                .hasMessageContaining("fields.reward.pointer=missing");
        assertThatThrownBy(() -> load("fields: {concepts: /c, reward: {pointer: /t, values: {v: much}}}", Map.of()))
                .hasMessageContaining("fields.reward.values.v=much");
    }

    @Test
    void aTimeAndAStrengthMayBeAPointerOrAPointerWithMore() throws IOException {
        FieldMapping mapping = mapping(load(
                """
                fields:
                  concepts: /items
                  at: {pointer: /ts, unit: us, zone: Europe/Berlin}
                  strength: {pointer: /quantity, scale: "min(x, 20)"}
                """,
                Map.of()));
        assertThat(mapping.at())
                .isEqualTo(new FieldMapping.Time(
                        FieldMapping.pointer("at", "/ts"), new TimeFormat(EpochUnit.US, ZoneId.of("Europe/Berlin"))));
        assertThat(mapping.strength())
                .isEqualTo(new FieldMapping.Strength(
                        FieldMapping.pointer("strength", "/quantity"), new StrengthScale(StrengthScale.Kind.MIN, 20)));
        FieldMapping bare = mapping(load("fields: {concepts: /items, at: /ts, strength: /quantity}", Map.of()));
        assertThat(Objects.requireNonNull(bare.at()).format()).isEqualTo(TimeFormat.PLAIN);
        assertThat(Objects.requireNonNull(bare.strength()).scale()).isEqualTo(StrengthScale.NONE);
        FieldMapping both = mapping(load("fields: {concepts: /items, at: /ts}", Map.of(), "fields.at.unit=s"));
        assertThat(Objects.requireNonNull(both.at()).format().unit()).isEqualTo(EpochUnit.S);
        assertThatThrownBy(() -> load("fields: {concepts: /c, at: /a}", Map.of(), "fields.at.pointer=/b"))
                .hasMessageContaining("fields.at=/a fields.at.pointer=/b");
        assertThatThrownBy(() -> load("fields: {concepts: /c, at: {unit: s}}", Map.of()))
                .hasMessage("fields.at.pointer must say where it is: fields.at.pointer=missing fields.at.unit=s");
        assertThatThrownBy(() -> load("fields: {concepts: /c, at: {zone: UTC}}", Map.of()))
                .hasMessageContaining("fields.at.pointer=missing fields.at.zone=UTC");
        assertThatThrownBy(() -> load("fields: {concepts: /c, strength: {scale: sqrt}}", Map.of()))
                .hasMessageContaining("fields.strength.pointer=missing fields.strength.scale=sqrt");
        assertThatThrownBy(() -> load("fields: {at: {pointer: /a, unit: s}}", Map.of()))
                .hasMessageContaining("fields.concepts=missing");
        assertThatThrownBy(() -> load("fields: {concepts: /c, at: {pointer: /a, unit: sec}}", Map.of()))
                .hasMessageContaining("fields.at.unit must be one of [s, ms, us, ns]: fields.at.unit=sec");
        assertThatThrownBy(() -> load("fields: {concepts: /c, at: {pointer: /a, zone: Berlin}}", Map.of()))
                .hasMessageContaining(
                        "fields.at.zone must be a time zone such as Europe/Berlin: fields.at.zone=Berlin");
        assertThatThrownBy(() -> load("fields: {concepts: /c, strength: {pointer: /q, scale: log}}", Map.of()))
                .hasMessageContaining("fields.strength.scale must be log1p, sqrt or min(x, CAP)");
        assertThatThrownBy(() -> load("fields: {concepts: /c, strength: {pointer: /q, scale: 'min(x, 0)'}}", Map.of()))
                .hasMessageContaining("fields.strength.scale=min(x, 0)");
        assertThatThrownBy(() -> load("fields: {concepts: /c, at: {pointer: /a, units: s}}", Map.of()))
                .hasMessageContaining("did you mean fields.at.unit?");
    }

    @Test
    void severalPointersAreNotTakenForOne() {
        assertThatThrownBy(() -> load("fields: {concepts: [/sku, /brand]}", Map.of()))
                .hasMessage("fields.concepts takes one JSON pointer, several are not supported:"
                        + " fields.concepts=/sku,/brand");
        assertThatThrownBy(() -> load("fields: {concepts: /c, context: [/user, /device]}", Map.of()))
                .hasMessageContaining("fields.context takes one JSON pointer");
        assertThatThrownBy(() -> load("", Map.of(), "fields.concepts=/sku, /brand"))
                .hasMessageContaining("fields.concepts takes one JSON pointer");
        assertThatThrownBy(() -> load("", Map.of("SYNFIRE_FIELDS_CONCEPTS", "[/sku, /brand]")))
                .hasMessageContaining("fields.concepts takes one JSON pointer");
    }

    @Test
    void fieldsMayComeFromTheEnvironmentRewardsPerTypeInOneVariable() throws IOException {
        Map<String, String> environment = Map.ofEntries(
                Map.entry("SYNFIRE_FIELDS_CONCEPTS", "/items"),
                Map.entry("SYNFIRE_FIELDS_ID", "/sku"),
                Map.entry("SYNFIRE_FIELDS_STRENGTH_POINTER", "/quantity"),
                Map.entry("SYNFIRE_FIELDS_STRENGTH_SCALE", "log1p"),
                Map.entry("SYNFIRE_FIELDS_AT_POINTER", "/ts"),
                Map.entry("SYNFIRE_FIELDS_AT_UNIT", "s"),
                Map.entry("SYNFIRE_FIELDS_AT_ZONE", "Asia/Tokyo"),
                Map.entry("SYNFIRE_FIELDS_CONTEXT", "/user"),
                Map.entry("SYNFIRE_FIELDS_EVENT_ID", "/uuid"),
                Map.entry("SYNFIRE_FIELDS_REWARD_POINTER", "/type"),
                Map.entry("SYNFIRE_FIELDS_REWARD_VALUES", "{view: 1, Order Completed: 10, a.b: -2}"),
                Map.entry("SYNFIRE_FIELDS_REWARD_OTHERWISE", "0"));
        FieldMapping mapping = mapping(load("", environment));
        assertThat(mapping)
                .isEqualTo(new FieldMapping(
                        FieldMapping.pointer("c", "/items"),
                        FieldMapping.pointer("i", "/sku"),
                        new FieldMapping.Strength(
                                FieldMapping.pointer("s", "/quantity"), StrengthScale.parse("s", "log1p")),
                        new FieldMapping.Time(
                                FieldMapping.pointer("a", "/ts"), new TimeFormat(EpochUnit.S, ZoneId.of("Asia/Tokyo"))),
                        FieldMapping.pointer("c", "/user"),
                        FieldMapping.pointer("e", "/uuid"),
                        new FieldMapping.Reward(
                                FieldMapping.pointer("r", "/type"),
                                Map.of("view", 1.0, "Order Completed", 10.0, "a.b", -2.0),
                                0.0)));
        // One type after the other, as with all settings; JSON is YAML, too.
        String yaml = "fields: {concepts: /c, reward: {pointer: /t, values: {view: 1, save: 10}}}";
        FieldMapping over = mapping(
                load(yaml, Map.of("SYNFIRE_FIELDS_REWARD_VALUES", "{\"save\": 5}"), "fields.reward.values={buy: 7}"));
        assertThat(Objects.requireNonNull(over.reward()).values())
                .isEqualTo(Map.of("view", 1.0, "save", 5.0, "buy", 7.0));
        assertThatThrownBy(() -> load(yaml, Map.of("SYNFIRE_FIELDS_REWARD_VALUES_VIEW", "1")))
                .hasMessageContaining("SYNFIRE_FIELDS_REWARD_VALUES='{view: 1, save: 10}'")
                .hasMessageContaining("variable=SYNFIRE_FIELDS_REWARD_VALUES_VIEW");
        for (String bad : new String[] {"view=1", "[1]", "{view: 1"}) {
            assertThatThrownBy(() -> load(yaml, Map.of("SYNFIRE_FIELDS_REWARD_VALUES", bad)))
                    .as(bad)
                    .hasMessageContaining("fields.reward.values must hold rewards by type, such as {view: 1, save: 10}:"
                            + " fields.reward.values=" + bad);
        }
        assertThatThrownBy(() -> load(yaml, Map.of("SYNFIRE_FIELDS_REWARD_VALUES", "{view: much}")))
                .hasMessageContaining("fields.reward.values.view=much");
    }

    private static FieldMapping mapping(Settings settings) {
        return Objects.requireNonNull(settings.decoding().mapping());
    }

    @Test
    void limitsAndSecretsOfHttpAreRead() throws Exception {
        String yaml =
                """
                http:
                  tokens: /run/tokens
                  hosts: [a.example, B.example]
                  tls: {certificate: chain.pem, key: key.pem}
                  body-max: 1MiB
                  query-time-max: 500ms
                  concurrent-max: 3
                """;
        HttpOptions http = load(yaml, Map.of()).http();
        assertThat(http.tokens()).isEqualTo(Path.of("/run/tokens"));
        assertThat(http.hosts()).containsExactlyInAnyOrder("a.example", "b.example");
        assertThat(Objects.requireNonNull(http.tls()).key()).isEqualTo(Path.of("key.pem"));
        assertThat(http.limits().bodyBytesMax()).isEqualTo(1 << 20);
        assertThat(http.limits().queryTimeMax()).isEqualTo(Duration.ofMillis(500));
        assertThat(http.limits().concurrentMax()).isEqualTo(3);
        assertThat(http.open()).isFalse();
        assertThat(load("", Map.of()).http()).isEqualTo(HttpOptions.of("127.0.0.1", 8720));
        assertThatThrownBy(() -> load("http.tls.key: key.pem", Map.of()))
                .hasMessageContaining("http.tls.certificate=missing");
        assertThatThrownBy(() -> load("http.open: maybe", Map.of())).hasMessageContaining("http.open=maybe");
        assertThatThrownBy(() -> load("http.idle-max: 1ms", Map.of())).hasMessageContaining("http.idle-max");
    }

    @Test
    void noSecretIsShown() throws Exception {
        Settings settings = load(
                "kafka.ssl.keystore.key: Geheim1",
                Map.of("SYNFIRE_KAFKA_SASL_JAAS_CONFIG", "x password='Geheim2';"),
                "kafka.ssl.truststore.password=Geheim3",
                "kafka.my.plugin.setting=Geheim4",
                "kafka.security.protocol=SASL_SSL",
                "http.port=1234");
        assertThat(settings.kafka()).containsEntry("ssl.keystore.key", "Geheim1");
        assertThat(settings.given())
                .containsEntry("kafka.ssl.keystore.key", "(hidden)")
                .containsEntry("kafka.sasl.jaas.config", "(hidden)")
                .containsEntry("kafka.ssl.truststore.password", "(hidden)")
                .containsEntry("kafka.my.plugin.setting", "(hidden)")
                .containsEntry("kafka.security.protocol", "SASL_SSL")
                .containsEntry("http.port", "1234");
        assertThat(settings.toString()).contains("http.port").doesNotContain("Geheim");
        assertThatThrownBy(() -> load("kafka:\n  sasl.jaas.config: Geheim\n bad: [\n", Map.of()))
                .hasMessageContaining("must be YAML")
                .hasMessageContaining("line=3")
                .hasMessageNotContaining("Geheim");
        assertThatThrownBy(() -> load("", Map.of(), "Geheim")).hasMessageNotContaining("Geheim");
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearestKnownOne() {
        assertThatThrownBy(() -> load("half-live: 3d", Map.of()))
                .hasMessageContaining("did you mean half-lives?")
                .hasMessageContaining("half-live");
        assertThatThrownBy(() -> load("", Map.of("SYNFIRE_HTP_PORT", "1"))).hasMessageContaining("SYNFIRE_HTP_PORT");
        assertThatThrownBy(() -> load("", Map.of(), "forget-below=1")).hasMessageContaining("forget.below");
        assertThatThrownBy(() -> load("fields: {concepts: /items, reward: /rating}", Map.of()))
                .hasMessageContaining("did you mean fields.reward.pointer? setting=fields.reward");
    }

    @Test
    void whatKubernetesSetsBesideAServiceOfTheSameNameIsNoSetting() throws IOException {
        Map<String, String> environment = Map.of(
                "SYNFIRE_SERVICE_HOST", "10.0.0.1",
                "SYNFIRE_SERVICE_PORT_HTTP", "8720",
                "SYNFIRE_PORT", "tcp://10.0.0.1:8720",
                "SYNFIRE_PORT_8720_TCP_ADDR", "10.0.0.1");
        assertThat(load("", environment).http().port()).isEqualTo(8720);
    }

    @Test
    void aValueOutOfItsRangeIsRefusedByName() {
        assertThatThrownBy(() -> load("half-lives: 30", Map.of())).hasMessageContaining("half-lives=30");
        assertThatThrownBy(() -> load("http: {port: 99999}", Map.of())).hasMessageContaining("http.port=99999");
        assertThatThrownBy(() -> load("memory: lots", Map.of())).hasMessageContaining("memory=lots");
        assertThatThrownBy(() -> load("context-from: value", Map.of())).hasMessageContaining("context-from=value");
        assertThatThrownBy(() -> load("- a", Map.of())).hasMessageContaining("keys and values");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prequential.share",
                "recall.self",
                "recall.spread",
                "forward",
                "backward",
                "forget.below",
                "fields.reward.otherwise",
                "fields.reward.values.order"
            })
    void aNumberIsWrittenAsJsonWritesIt(String key) throws IOException {
        String[] others = key.startsWith("fields.")
                ? new String[] {"fields.concepts=/items", "fields.reward.pointer=/type", "fields.reward.values.view=0.1"
                }
                : new String[0];
        assertThat(load("", Map.of(), with(others, key + "=5e-1"))).isNotNull();
        for (String wrong : List.of("0x1p-1", "1d", "1f", ".5", "NaN", "Infinity", "much")) {
            assertThatThrownBy(() -> load("", Map.of(), with(others, key + "=" + wrong)))
                    .as("%s=%s", key, wrong)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining(key + " must be a number such as 0.5 or 1e-3: " + key + "=" + wrong);
        }
    }

    private static String[] with(String[] set, String more) {
        String[] all = Arrays.copyOf(set, set.length + 1);
        all[set.length] = more;
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "topics.partitions=0, topics.partitions must be at least 1",
        "topics.partitions=-1, topics.partitions must be at least 1",
        "kafka.max.poll.records=abc, kafka.max.poll.records must be what Kafka's clients take",
        "kafka.max.poll.records=0, kafka.max.poll.records must be what Kafka's clients take",
        "kafka.compression.type=best, kafka.compression.type must be what Kafka's clients take",
        "kafka.request.timeout.ms=5s, kafka.request.timeout.ms must be what Kafka's clients take"
    })
    void whatNoClientAndNoTopicTakesIsRefusedByEveryCommand(String setting, String rule) throws IOException {
        assertThatThrownBy(() -> load("", Map.of(), setting))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(rule + ": " + setting)
                .hasMessageNotContaining("org.apache");
        assertThat(load("", Map.of(), "kafka.max.poll.records=7", "kafka.compression.type=zstd", "topics.partitions=1")
                        .kafka())
                .containsEntry("max.poll.records", "7");
    }

    @Test
    void whatFaultsAndRecordsMayCostIsSetAndChecked() throws IOException {
        Settings settings = load(
                "max-record: 1MiB",
                Map.of("SYNFIRE_ACCEPT_GAP", "0@100, 1@7"),
                "max-at=2030-01-01T00:00:00Z",
                "max-dead-letter=2MiB",
                "ready.lost-after=5s");
        assertThat(settings.decoding().limits()).isEqualTo(new RecordLimits(1 << 20, 1_893_456_000_000L));
        assertThat(settings.faults())
                .isEqualTo(new FaultPolicy(Duration.ofSeconds(5), 2 << 20, Set.of("0@100", "1@7")));
        assertThat(load("", Map.of()).faults()).isEqualTo(FaultPolicy.defaults());
        assertThat(load("", Map.of()).decoding().limits()).isEqualTo(RecordLimits.DEFAULTS);
        assertThatThrownBy(() -> load("max-at: soon", Map.of())).hasMessageContaining("max-at=soon");
        assertThatThrownBy(() -> load("max-record: 2GiB", Map.of())).hasMessageContaining("max-record=2GiB");
        assertThatThrownBy(() -> load("max-dead-letter: 1k", Map.of())).hasMessageContaining("max-dead-letter=1024");
        assertThatThrownBy(() -> load("ready.lost-after: 10ms", Map.of()))
                .hasMessageContaining("ready.lost-after=10ms");
    }
}
