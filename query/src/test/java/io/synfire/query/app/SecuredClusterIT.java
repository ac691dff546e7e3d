package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that is reached over TLS, with a password: by what is passed through, and without telling it to anyone. */
@SuppressWarnings("NullAway.Init")
final class SecuredClusterIT {

    private static final String PASSWORD = "pass-4711-word";
    private static final String WRONG_PASSWORD = "wrong-0815-word";
    private static final String STORE_PASSWORD = "store-2342-word";
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    /** With everything that the clients themselves say, their settings included. */
    private static final List<String> TALKATIVE =
            List.of("-Xmx128m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=info");

    private static final String NO_TRANSACTIONS = "the cluster takes no transactions";

    private static final String REFUSED = "the cluster refuses positions for lag tools";

    @TempDir
    static Path brokerDirectory;

    static LocalBroker broker;
    static Path keys;

    @TempDir
    Path directory;

    @BeforeAll
    static void startBroker() throws Exception {
        keys = brokerDirectory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "broker",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        STORE_PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
        Map<String, String> secured = new HashMap<>();
        secured.put("listener.security.protocol.map", "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT");
        secured.put("sasl.enabled.mechanisms", "PLAIN");
        secured.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        secured.put(
                "listener.name.plaintext.plain.sasl.jaas.config",
                LOGIN + " username=\"broker\" password=\"b\" user_broker=\"b\" user_synfire=\"" + PASSWORD + "\";");
        secured.put("ssl.keystore.type", "PKCS12");
        secured.put("ssl.keystore.location", keys.toString());
        secured.put("ssl.keystore.password", STORE_PASSWORD);
        secured.put("ssl.key.password", STORE_PASSWORD);
        // The broker itself is a client of this listener, and trusts it.
        secured.put("ssl.truststore.type", "PKCS12");
        secured.put("ssl.truststore.location", keys.toString());
        secured.put("ssl.truststore.password", STORE_PASSWORD);
        secured.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        secured.put("super.users", "User:broker;User:ANONYMOUS");
        secured.put("allow.everyone.if.no.acl.found", "true");
        broker = LocalBroker.start(brokerDirectory.resolve("kafka"), 0, secured);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void aMemoryLearnsOverTlsWithAPasswordThatIsNowhereToBeRead() throws Exception {
        Served served = new Served(directory);
        new Topics(client()).create(Served.TOPICS, 1);
        Served.produce(client(), 0, 50);
        try (JarProcess process =
                served.start("data", TALKATIVE, broker.bootstrapServers(), "--config", config(PASSWORD, ";"))) {
            String url = process.awaitUrl();
            served.awaitLearned(url, 50, 0);
            // Its producers reach the cluster, too: of episodes, and of dead letters.
            assertThat(served.post(url + "/v1/episodes", "{\"concepts\":[\"x\",\"y\"]}")
                            .statusCode())
                    .isEqualTo(202);
            served.awaitLearned(url, 51, 0);
            produceMalformed();
            served.awaitLearned(url, 51, 1);

            deny();
            produceMalformed();
            await().atMost(Served.LONG)
                    .until(() -> served.get(url + "/v1/status").body().contains("\"failure\""));
            String status = served.get(url + "/v1/status").body();
            assertThat(status)
                    .contains("Not authorized to access topics: [" + Served.TOPICS.deadLetters() + "]")
                    .contains("partition=0 offset=52")
                    .doesNotContain("Exception");
            assertThat(served.get(url + "/health/ready").statusCode()).isEqualTo(503);
            assertTellsNothing(status);
            assertTellsNothing(served.get(url + "/metrics").body());
            assertTellsNothing(process.output());
            // The clients have said what they are set to.
            assertThat(process.output()).contains("sasl.jaas.config = [hidden]");
        }
    }

    @Test
    void aGroupThatMayNotBeWrittenIsOneWarningAndLearningGoesOn() throws Exception {
        Served served = new Served(directory);
        TopicNames topics = new TopicNames("warned", "warned.dead");
        new Topics(client()).create(topics, 1);
        denyGroup("lag-of-nobody");
        try (JarProcess process = served.start(
                "warned",
                List.of(),
                broker.bootstrapServers(),
                "--config",
                config(PASSWORD, ";"),
                "--set",
                "topics.episodes=" + topics.episodes(),
                "--set",
                "topics.dead-letters=" + topics.deadLetters(),
                "--set",
                "offsets.group=lag-of-nobody")) {
            String url = process.awaitUrl();
            // Over several checkpoints.
            for (int i = 1; i <= 5; i++) {
                int before = i;
                await().atMost(Served.LONG)
                        .until(() -> served.post(url + "/v1/episodes", "{\"concepts\":[\"x\",\"y\"]}")
                                        .statusCode()
                                == 202);
                served.awaitLearned(url, before, 0);
            }
            await().atMost(Served.LONG).until(() -> process.output().contains(REFUSED));
            assertThat(served.get(url + "/health/ready").statusCode()).isEqualTo(200);
            served.stop(process);
            assertThat(process.output()).containsOnlyOnce(REFUSED).contains("group=lag-of-nobody");
        }
    }

    /** What needs no transaction goes on as before; what would is appended all the same, and somebody is told. */
    @Test
    void aClusterThatForbidsTransactionsIsWarnedOfAndPostsAreTaken() throws Exception {
        Served served = new Served(directory);
        TopicNames topics = new TopicNames("plain", "plain.dead");
        new Topics(client()).create(topics, 1);
        deny(ResourceType.TRANSACTIONAL_ID, "forbidden-", PatternType.PREFIXED, AclOperation.WRITE);
        try (JarProcess process = served.start(
                "plain",
                List.of("-Xmx128m"),
                broker.bootstrapServers(),
                "--config",
                config(PASSWORD, ";"),
                "--set",
                "topics.episodes=" + topics.episodes(),
                "--set",
                "topics.dead-letters=" + topics.deadLetters(),
                "--set",
                "kafka.transactional.id=forbidden")) {
            String url = process.awaitUrl();
            await().atMost(Served.LONG)
                    .until(() -> served.get(url + "/health/ready").statusCode() == 200);
            String episode = "{\"concepts\":[\"x\",\"y\"],\"note\":\"" + "n".repeat(1_000) + "\"}";
            String few = "[" + (episode + ",").repeat(9) + episode + "]";
            String many = "[" + (episode + ",").repeat(199) + episode + "]";
            assertThat(served.post(url + "/v1/episodes", few).statusCode()).isEqualTo(202);
            served.awaitLearned(url, 10, 0);
            assertThat(process.output()).doesNotContain(NO_TRANSACTIONS);
            for (int i = 1; i <= 3; i++) {
                HttpResponse<String> taken = served.post(url + "/v1/episodes", many);
                assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
                assertThat(taken.body()).startsWith("{\"accepted\":200,");
                served.awaitLearned(url, 10 + 200L * i, 0);
            }
            served.stop(process);
            assertThat(process.output())
                    .containsOnlyOnce(NO_TRANSACTIONS)
                    .contains("topic=plain: Transactional Id authorization failed");
        }
    }

    @Test
    void aWrongPasswordAndAMalformedOneAreRefusedWithoutBeingTold() throws Exception {
        Served served = new Served(directory);
        for (String end : List.of(";", "")) {
            try (JarProcess process = served.start(
                    "wrong" + end.length(),
                    TALKATIVE,
                    broker.bootstrapServers(),
                    "--config",
                    config(WRONG_PASSWORD, end))) {
                assertThat(process.awaitExit(Served.LONG))
                        .as("%s", process.output())
                        .isEqualTo(1);
                assertThat(process.output()).containsIgnoringCase(end.isEmpty() ? "JAAS" : "authentication failed");
                assertTellsNothing(process.output());
            }
        }
    }

    private static void assertTellsNothing(String text) {
        assertThat(text)
                .doesNotContain(PASSWORD)
                .doesNotContain(WRONG_PASSWORD)
                .doesNotContain(STORE_PASSWORD)
                .doesNotContain("username=");
    }

    private String config(String password, String end) throws Exception {
        String yaml =
                """
                kafka:
                  security.protocol: SASL_SSL
                  sasl:
                    mechanism: PLAIN
                    jaas.config: '%s username="synfire" password="%s"%s'
                  ssl.truststore.location: %s
                  ssl.truststore.password: %s
                """
                        .formatted(LOGIN, password, end, keys, STORE_PASSWORD);
        return Files.writeString(directory.resolve("synfire.yaml"), yaml).toString();
    }

    private static ClientProperties client() {
        return new ClientProperties(Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + " username=\"synfire\" password=\"" + PASSWORD + "\";",
                "ssl.truststore.location",
                keys.toString(),
                "ssl.truststore.password",
                STORE_PASSWORD));
    }

    private static void produceMalformed() {
        try (var producer = new io.synfire.ingest.kafka.EpisodeProducer(
                client(), Served.TOPICS.episodes(), new io.micrometer.core.instrument.simple.SimpleMeterRegistry())) {
            assertThat(producer.append(List.of(
                                    new io.synfire.ingest.kafka.EpisodeProducer.Outgoing(null, new byte[] {'n', 'o'})))
                            .lastOffset())
                    .isNotNegative();
        }
    }

    private static void denyGroup(String group) throws Exception {
        deny(ResourceType.GROUP, group, PatternType.LITERAL, AclOperation.ALL);
    }

    /** Nobody may write dead letters any more. */
    private static void deny() throws Exception {
        deny(ResourceType.TOPIC, Served.TOPICS.deadLetters(), PatternType.LITERAL, AclOperation.WRITE);
    }

    private static void deny(ResourceType type, String name, PatternType pattern, AclOperation operation)
            throws Exception {
        try (Admin admin = Admin.create(new HashMap<>(client().consumer()))) {
            admin.createAcls(List.of(new AclBinding(
                            new ResourcePattern(type, name, pattern),
                            new AccessControlEntry("User:synfire", "*", operation, AclPermissionType.DENY))))
                    .all()
                    .get();
        }
    }
}
