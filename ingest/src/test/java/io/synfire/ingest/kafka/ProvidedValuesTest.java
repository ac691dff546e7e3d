package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that a client is to ask a provider for. */
@SuppressWarnings("NullAway.Init")
final class ProvidedValuesTest {

    @TempDir
    Path directory;

    private Map<String, String> given(String name, String value) throws Exception {
        Files.writeString(directory.resolve("values"), "protocol=PLAINTEXT\nrecords=7\nwrong=many\n");
        Map<String, String> given = new HashMap<>();
        given.put("bootstrap.servers", "127.0.0.1:1");
        given.put("config.providers", "file");
        given.put("config.providers.file.class", FileConfigProvider.class.getName());
        given.put(name, value);
        return given;
    }

    private String provided(String key) {
        return "${file:" + directory.resolve("values") + ":" + key + "}";
    }

    @Test
    void theyAreTakenAndTheClientResolvesThem() throws Exception {
        ClientProperties protocol = new ClientProperties(given("security.protocol", provided("protocol")));
        protocol.newConsumer(protocol.consumer()).close();
        protocol.newProducer(protocol.producer("test")).close();
        protocol.newAdmin().close();
        ClientProperties records = new ClientProperties(given("max.poll.records", provided("records")));
        records.newConsumer(records.consumer()).close();
        ClientProperties wrong = new ClientProperties(given("max.poll.records", provided("wrong")));
        assertThatThrownBy(() -> wrong.newConsumer(wrong.consumer()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("max.poll.records")
                .hasMessageContaining("many");
    }

    @Test
    void whereThereIsNoProviderTheyAreRefused() throws Exception {
        Map<String, String> given = given("max.poll.records", provided("records"));
        given.remove("config.providers");
        assertThatThrownBy(() -> ClientProperties.check(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kafka.max.poll.records must be what Kafka's clients take");
        // Nor is every value one that is provided.
        assertThatThrownBy(() -> ClientProperties.check(given("max.poll.records", "abc")))
                .hasMessageStartingWith("kafka.max.poll.records must be what Kafka's clients take");
    }

    @Test
    void whatTheGuaranteeRestsOnAndWhatIsReckonedWithMustBeGivenPlainly() throws Exception {
        assertThatThrownBy(() -> ClientProperties.check(given("acks", provided("acks"))))
                .hasMessageStartingWith("kafka.acks must be all, the guarantee rests on it");
        for (String name :
                new String[] {"linger.ms", "delivery.timeout.ms", "request.timeout.ms", "max.request.size"}) {
            assertThatThrownBy(() -> ClientProperties.check(given(name, provided("records"))))
                    .hasMessageStartingWith("kafka." + name + " must be what Kafka's clients take");
            assertThatCode(() -> ClientProperties.check(given(name, "70000"))).doesNotThrowAnyException();
        }
        assertThat(new ClientProperties(given("linger.ms", "7")).appending("test"))
                .containsEntry("linger.ms", "7");
    }
}
