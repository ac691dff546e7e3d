package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which texts and numbers are times, which moments they are, and what all others are told. */
final class TimeFormatTest {

    private static final long SEED = Long.getLong("synfire.seed", 20_240_201);
    private static final int TIMES = 20_000;

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** In a record of Synfire's own form, and in a foreign one. */
    private static long ms(String value, @Nullable EpochUnit unit, @Nullable ZoneId zone)
            throws MalformedRecordException {
        JsonEpisodeCodec codec = new JsonEpisodeCodec(
                new FieldMapping(
                        FieldMapping.pointer("concepts", "/c"),
                        FieldMapping.pointer("id", "/id"),
                        null,
                        new FieldMapping.Time(FieldMapping.pointer("at", "/at"), new TimeFormat(unit, zone)),
                        null,
                        null,
                        null),
                new RecordLimits(RecordLimits.BYTES_MAX, Episode.AT_MS_MAX));
        return ((Episode) codec.decode(bytes("{\"at\":" + value + ",\"c\":\"a\"}"), Origin.at(7))).atMs();
    }

    private static long own(String value) throws MalformedRecordException {
        JsonEpisodeCodec codec =
                new JsonEpisodeCodec(null, new RecordLimits(RecordLimits.BYTES_MAX, Episode.AT_MS_MAX));
        return ((Episode) codec.decode(bytes("{\"at\":" + value + ",\"concepts\":[\"a\"]}"), Origin.at(7))).atMs();
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    2024-02-01T12:00:00Z             | 2024-02-01T12:00:00Z
                    2024-02-01T12:00:00z             | 2024-02-01T12:00:00Z
                    2024-02-01t12:00:00z             | 2024-02-01T12:00:00Z
                    2024-02-01 12:00:00Z             | 2024-02-01T12:00:00Z
                    2024-02-01 12:00:00 Z            | 2024-02-01T12:00:00Z
                    2024-02-01T12:00Z                | 2024-02-01T12:00:00Z
                    2024-02-01T12:00:00+0000         | 2024-02-01T12:00:00Z
                    2024-02-01 12:00:00+00           | 2024-02-01T12:00:00Z
                    2024-02-01 12:00:00 +0000        | 2024-02-01T12:00:00Z
                    2024-02-01T12:00:00-00:00        | 2024-02-01T12:00:00Z
                    2024-02-01T12:00:00 UTC          | 2024-02-01T12:00:00Z
                    2024-02-01 12:00:00 GMT          | 2024-02-01T12:00:00Z
                    2024-02-01 12:00:00.5 utc        | 2024-02-01T12:00:00.5Z
                    2024-02-01T12:00:00UTC           | 2024-02-01T12:00:00Z
                    2024-02-01T12:00:00+02:00        | 2024-02-01T10:00:00Z
                    2024-02-01T12:00:00+02           | 2024-02-01T10:00:00Z
                    2024-02-01T12:00:00-0530         | 2024-02-01T17:30:00Z
                    2024-02-01T12:00:00+05:45        | 2024-02-01T06:15:00Z
                    2024-02-01T12:00:00-00:00:30     | 2024-02-01T12:00:30Z
                    2024-02-01T00:00:00+18:00        | 2024-01-31T06:00:00Z
                    2024-02-01T12:00:00.1Z           | 2024-02-01T12:00:00.1Z
                    2024-02-01T12:00:00,25Z          | 2024-02-01T12:00:00.25Z
                    2024-02-01T12:00:00.123456Z      | 2024-02-01T12:00:00.123Z
                    2024-02-01T12:00:00.999999999999Z | 2024-02-01T12:00:00.999Z
                    ` 2024-02-01T12:00:00Z `         | 2024-02-01T12:00:00Z
                    2024-02-01                       | 2024-02-01T00:00:00Z
                    1970-01-01                       | 1970-01-01T00:00:00Z
                    1970-01-01T00:00:00Z             | 1970-01-01T00:00:00Z
                    1972-06-01T00:00:00Z             | 1972-06-01T00:00:00Z
                    1969-12-31T23:00:00-01:00        | 1970-01-01T00:00:00Z
                    9999-12-31T23:59:59.999Z         | 9999-12-31T23:59:59.999Z
                    2024-02-29T00:00:00Z             | 2024-02-29T00:00:00Z
                    2024-02-01T24:00:00Z             | 2024-02-02T00:00:00Z
                    2024-02-01T24:00Z                | 2024-02-02T00:00:00Z
                    2024-12-31T24:00:00.000+01:00    | 2024-12-31T23:00:00Z
                    2016-12-31T23:59:60Z             | 2017-01-01T00:00:00Z
                    2016-12-31T23:59:60.5Z           | 2017-01-01T00:00:00.5Z
                    2017-01-01T08:59:60+09:00        | 2017-01-01T00:00:00Z
                    Thu, 01 Feb 2024 12:00:00 GMT    | 2024-02-01T12:00:00Z
                    Thu, 1 Feb 2024 12:00:00 GMT     | 2024-02-01T12:00:00Z
                    01 Feb 2024 12:00:00 GMT         | 2024-02-01T12:00:00Z
                    Thu, 01 Feb 2024 12:00:00 UTC    | 2024-02-01T12:00:00Z
                    Thu, 01 Feb 2024 12:00:00 +0100  | 2024-02-01T11:00:00Z
                    thu, 01 feb 2024 12:00:00 gmt    | 2024-02-01T12:00:00Z
                    Thu, 29 Feb 2024 12:00:00 GMT    | 2024-02-29T12:00:00Z
                    Sat, 31 Dec 2016 23:59:60 GMT    | 2017-01-01T00:00:00Z
                    01 Jan 2017 08:59:60 +0900       | 2017-01-01T00:00:00Z
                    1706788800000                    | 2024-02-01T12:00:00Z
                    ` 1706788800000`                 | 2024-02-01T12:00:00Z
                    1706788800000.0                  | 2024-02-01T12:00:00Z
                    1706788800000.999                | 2024-02-01T12:00:00Z
                    1.7067888E12                     | 2024-02-01T12:00:00Z
                    """)
    void aTextIsTheMomentThatItNames(String text, String moment) throws MalformedRecordException {
        long expected = Instant.parse(moment).toEpochMilli();
        assertThat(own(quoted(text))).isEqualTo(expected);
        assertThat(ms(quoted(text), null, null)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    ""                               | at must not be empty
                    "  "                             | at must not be empty
                    "yesterday"                      | at must be ISO-8601 with an offset, such as 2024-02-01T12:00:00Z, or milliseconds since 1970: at=yesterday
                    "01-02-2024 12:00"               | at must be ISO-8601
                    "02/01/2024 12:00:00"            | at must be ISO-8601
                    "2024-W05-4"                     | at must be ISO-8601
                    "2024-032"                       | at must be ISO-8601
                    "2024-032T12:00:00Z"             | at must be ISO-8601
                    "20240201T120000Z"               | at must be ISO-8601
                    "2024-2-1T12:00:00Z"             | at must be ISO-8601
                    "+12024-02-01T12:00:00Z"         | at must be ISO-8601
                    "+1000000000-01-01T00:00:00Z"    | at must be ISO-8601
                    "-2024-02-01T12:00:00Z"          | at must be ISO-8601
                    "2024-02-01T12Z"                 | at must be ISO-8601
                    "2024-02-01T12:00:00.Z"          | at must be ISO-8601
                    "2024-02-01T12:00:00+1"          | at must be ISO-8601
                    "2024-02-01T12:00:00Europe/Berlin" | at must be ISO-8601
                    "2024-02-01T12:00:00[Europe/Berlin]" | at must be ISO-8601
                    "2024-02-01  12:00:00Z"          | at must be ISO-8601
                    "2024-02-01Z"                    | at must be ISO-8601
                    "2024-02-01T12:00:00 CET"        | at must be ISO-8601
                    "\uFF12\uFF10\uFF12\uFF14-02-01T12:00:00Z" | at must be ISO-8601
                    "NaN"                            | at must be ISO-8601
                    "Infinity"                       | at must be ISO-8601
                    "0x18D6"                         | at must be ISO-8601
                    "1_706_788_800_000"              | at must be ISO-8601
                    "1,706,788,800,000"              | at must be ISO-8601
                    "Thu, 01 Feb 2024 12:00:00"      | at must be ISO-8601
                    "Fri, 01 Feb 2024 12:00:00 GMT"  | at must name the day of the week that its date is, Thursday, or none: at=Fri, 01 Feb 2024 12:00:00 GMT
                    "Mon, 27 Nov 2026 12:00:00 UTC"  | at must name the day of the week that its date is, Friday, or none: at=Mon, 27 Nov 2026 12:00:00 UTC
                    "mon, 1 feb 2024 23:30 +0100"    | at must name the day of the week that its date is, Thursday, or none: at=mon, 1 feb 2024 23:30 +0100
                    "Sun, 31 Dec 2016 23:59:60 GMT"  | at must name the day of the week that its date is, Saturday, or none: at=Sun, 31 Dec 2016 23:59:60 GMT
                    "31 Apr 2024 12:00:00 GMT"       | at must be a date, time and offset that there are: at=31 Apr 2024 12:00:00 GMT
                    "30 Feb 2024 12:00:00 GMT"       | at must be a date, time and offset that there are
                    "29 Feb 2023 12:00:00 GMT"       | at must be a date, time and offset that there are
                    "Thu, 30 Feb 2024 12:00:00 GMT"  | at must be a date, time and offset that there are
                    "Thu, 01 Foo 2024 12:00:00 GMT"  | at must be a date, time and offset that there are
                    "Thu, 01 Feb 2024 25:00:00 GMT"  | at must be a date, time and offset that there are
                    "31 Dec 2016 22:59:60 GMT"       | at must be a date, time and offset that there are
                    "Thu, 01 Feb 2024 12:00:00 EST"  | at must be ISO-8601
                    "Thursday, 01-Feb-24 12:00:00 GMT" | at must be ISO-8601
                    "Thu, 01 Feb 24 12:00:00 GMT"    | at must be within 1970-01-01 and 9999-12-31: at=0024-02-01T12:00:00Z
                    "2024-02-01T12:00:00"            | at must have an offset, such as Z or +01:00, unless fields.at.zone says where it is: at=2024-02-01T12:00:00
                    "2024-02-01 12:00:00"            | at must have an offset
                    "2024-02-03T12:00"               | at must have an offset
                    "2024-02-30T12:00:00Z"           | at must be a date, time and offset that there are: at=2024-02-30T12:00:00Z
                    "2023-02-29"                     | at must be a date, time and offset that there are
                    "2024-13-01T12:00:00Z"           | at must be a date, time and offset that there are
                    "2024-02-01T25:00:00Z"           | at must be a date, time and offset that there are
                    "2024-02-01T24:00:01Z"           | at must be a date, time and offset that there are
                    "2024-02-01T24:00:00.0001Z"      | at must be a date, time and offset that there are
                    "2024-02-01T12:60:00Z"           | at must be a date, time and offset that there are
                    "2024-02-01T12:00:61Z"           | at must be a date, time and offset that there are
                    "2024-02-01T12:00:60Z"           | at must be a date, time and offset that there are
                    "2024-02-01T12:00:00+18:01"      | at must be a date, time and offset that there are
                    "2024-02-01T12:00:00+02:60"      | at must be a date, time and offset that there are
                    "2024-02-01T12:00:00+02:0000"    | at must be a date, time and offset that there are
                    "1969-12-31T23:59:59.999Z"       | at must be within 1970-01-01 and 9999-12-31: at=1969-12-31T23:59:59.999Z
                    "1970-01-01T00:00:00+00:01"      | at must be within 1970-01-01 and 9999-12-31: at=1969-12-31T23:59:00Z
                    "0000-01-01"                     | at must be within
                    "9999-12-31T24:00:00Z"           | at must be within
                    "9999-12-31T23:59:59-18:00"      | at must be within
                    "1706788800"                     | at looks like seconds
                    "-1706788800000"                 | a negative number is before
                    0                                | at looks like seconds, not milliseconds since 1970; if so set fields.at.unit: at=0, which would be 1970-01-01T00:00:00Z
                    -0                               | at looks like seconds
                    7                                | at looks like seconds
                    0.5                              | at looks like seconds
                    1e-400000000                     | at looks like seconds
                    1706788800                       | at looks like seconds, not milliseconds since 1970; if so set fields.at.unit: at=1706788800, which would be 2024-02-01T12:00:00Z
                    1706788800.25                    | at=1706788800.25, which would be 2024-02-01T12:00:00.250Z
                    99999999999                      | at looks like seconds
                    99999999999.9                    | at looks like seconds
                    100000000000000                  | at looks like microseconds
                    1706788800000000                 | at looks like microseconds, not milliseconds since 1970; if so set fields.at.unit: at=1706788800000000, which would be 2024-02-01T12:00:00Z
                    1706788800000000.5               | at looks like microseconds
                    1706788800000000000              | at looks like nanoseconds, not milliseconds since 1970; if so set fields.at.unit: at=1706788800000000000, which would be 2024-02-01T12:00:00Z
                    9223372036854775808              | at looks like nanoseconds
                    99999999999999999999             | at looks like nanoseconds
                    100000000000000000000            | no time in any unit
                    1e400000000                      | no time in any unit
                    1e99999999999                    | at must be within
                    -1                               | a negative number is before: at=-1
                    -1706788800000                   | a negative number is before
                    -1e400000000                     | a negative number is before
                    true                             | at must be ISO-8601 with an offset, or milliseconds since 1970
                    [1706788800000]                  | at must be ISO-8601 with an offset, or milliseconds since 1970
                    {"$date":1706788800000}          | at must be ISO-8601 with an offset, or milliseconds since 1970
                    """)
    void whatIsNoTimeIsTold(String value, String rule) {
        for (boolean isOwn : new boolean[] {true, false}) {
            assertThatThrownBy(() -> {
                        if (isOwn) {
                            own(value);
                        } else {
                            ms(value, null, null);
                        }
                    })
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessageContaining(rule)
                    .extracting(e -> ((MalformedRecordException) e).reason())
                    .isEqualTo(Reason.TIME);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    s  | 1706788800             | 2024-02-01T12:00:00Z
                    s  | "1706788800"           | 2024-02-01T12:00:00Z
                    s  | 1700000000.123         | 2023-11-14T22:13:20.123Z
                    s  | 1700000000.1239        | 2023-11-14T22:13:20.123Z
                    s  | "1700000000.123"       | 2023-11-14T22:13:20.123Z
                    s  | 1.706788800001E9       | 2024-02-01T12:00:00.001Z
                    s  | 0                      | 1970-01-01T00:00:00Z
                    s  | 0.0009                 | 1970-01-01T00:00:00Z
                    s  | 1e-400000000           | 1970-01-01T00:00:00Z
                    s  | 253402300799.999       | 9999-12-31T23:59:59.999Z
                    s  | "2024-02-01T12:00:00Z" | 2024-02-01T12:00:00Z
                    ms | 1706788800000          | 2024-02-01T12:00:00Z
                    ms | 5                      | 1970-01-01T00:00:00.005Z
                    ms | 253402300799999        | 9999-12-31T23:59:59.999Z
                    us | 1706788800123456       | 2024-02-01T12:00:00.123Z
                    us | 1706788800123999.9     | 2024-02-01T12:00:00.123Z
                    us | 999                    | 1970-01-01T00:00:00Z
                    ns | 1706788800123456789    | 2024-02-01T12:00:00.123Z
                    ns | 1706788800123999999    | 2024-02-01T12:00:00.123Z
                    ns | 253402300799999999999  | 9999-12-31T23:59:59.999Z
                    """)
    void numbersAreReadExactlyInTheUnitThatIsSaid(String unit, String value, String moment)
            throws MalformedRecordException {
        assertThat(ms(value, EpochUnit.parse("unit", unit), null))
                .isEqualTo(Instant.parse(moment).toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    s  | 1706788800000         | at must be within 1970-01-01 and 9999-12-31, in fields.at.unit=s: at=1706788800000, which looks like milliseconds
                    s  | 253402300800          | in fields.at.unit=s
                    s  | 9223372036854775807   | in fields.at.unit=s
                    s  | 1e400000000           | in fields.at.unit=s
                    s  | -1                    | a negative number is before
                    s  | -0.5                  | a negative number is before
                    ms | 253402300800000       | in fields.at.unit=ms: at=253402300800000, which looks like microseconds
                    us | 1706788800000000000   | in fields.at.unit=us: at=1706788800000000000, which looks like nanoseconds
                    ns | 253402300800000000000 | in fields.at.unit=ns
                    """)
    void numbersThatAreNoTimeInTheUnitThatIsSaidAreTold(String unit, String value, String rule) {
        assertThatThrownBy(() -> ms(value, EpochUnit.parse("unit", unit), null))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(rule)
                .extracting(e -> ((MalformedRecordException) e).reason())
                .isEqualTo(Reason.TIME);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    2024-02-01 12:00:00       | 2024-02-01T11:00:00Z
                    2024-07-01T12:00          | 2024-07-01T10:00:00Z
                    2024-07-01                | 2024-06-30T22:00:00Z
                    2024-07-01T24:00          | 2024-07-01T22:00:00Z
                    2024-07-01T12:00:00Z      | 2024-07-01T12:00:00Z
                    2024-07-01T12:00:00+05:00 | 2024-07-01T07:00:00Z
                    2024-03-31T01:59:59.999   | 2024-03-31T00:59:59.999Z
                    2024-03-31T02:00:00       | 2024-03-31T01:00:00Z
                    2024-03-31T02:30:00       | 2024-03-31T01:30:00Z
                    2024-03-31T03:00:00       | 2024-03-31T01:00:00Z
                    2024-10-27T01:59:59       | 2024-10-26T23:59:59Z
                    2024-10-27T02:30:00       | 2024-10-27T00:30:00Z
                    2024-10-27T03:00:00       | 2024-10-27T02:00:00Z
                    """)
    void localTimesAreReadWhereAZoneIsSaid(String text, String moment) throws MalformedRecordException {
        assertThat(ms(quoted(text), null, BERLIN))
                .isEqualTo(Instant.parse(moment).toEpochMilli());
    }

    @Test
    void aDayThatBeginsWithAGapBeginsBehindIt() throws MalformedRecordException {
        assertThat(ms(quoted("2018-11-04"), null, ZoneId.of("America/Sao_Paulo")))
                .isEqualTo(Instant.parse("2018-11-04T03:00:00Z").toEpochMilli());
    }

    @Test
    void whateverTheMomentAndTheFormItIsReadAsThatMoment() throws MalformedRecordException {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < TIMES; i++) {
            long atMs = random.nextLong(86_400_000L, Episode.AT_MS_MAX - 86_400_000L);
            int nanos = random.nextInt(1_000_000);
            ZoneOffset offset = ZoneOffset.ofHoursMinutes(random.nextInt(-17, 18), 0);
            LocalDateTime local = LocalDateTime.ofInstant(Instant.ofEpochMilli(atMs), offset);
            String[] offsets = {
                offset.getId().equals("Z") ? "Z" : offset.getId(),
                String.format(Locale.ROOT, "%+03d", offset.getTotalSeconds() / 3600),
                String.format(Locale.ROOT, "%+03d00", offset.getTotalSeconds() / 3600)
            };
            String text = String.format(
                    Locale.ROOT,
                    "%04d-%02d-%02d%s%02d:%02d:%02d%s%03d%s%s%s",
                    local.getYear(),
                    local.getMonthValue(),
                    local.getDayOfMonth(),
                    random.nextBoolean() ? "T" : " ",
                    local.getHour(),
                    local.getMinute(),
                    local.getSecond(),
                    random.nextBoolean() ? "." : ",",
                    atMs % 1000,
                    random.nextBoolean() ? "" : String.format(Locale.ROOT, "%06d", nanos),
                    random.nextBoolean() ? "" : " ",
                    offsets[random.nextInt(offsets.length)]);
            assertThat(own(quoted(text))).as("seed %d, %s", SEED, text).isEqualTo(atMs);
            for (EpochUnit unit : EpochUnit.values()) {
                int digits =
                        switch (unit) {
                            case S -> -3;
                            case MS -> 0;
                            case US -> 3;
                            case NS -> 6;
                        };
                String number = BigDecimal.valueOf(atMs)
                        .add(new BigDecimal("0." + String.format(Locale.ROOT, "%06d", nanos)))
                        .movePointRight(digits)
                        .toPlainString();
                assertThat(ms(random.nextBoolean() ? number : quoted(number), unit, null))
                        .as("seed %d, %s %s", SEED, number, unit)
                        .isEqualTo(atMs);
            }
        }
    }

    @Test
    void inAnyZoneALocalTimeIsWhatItsClocksSay() throws MalformedRecordException {
        SplittableRandom random = new SplittableRandom(SEED);
        List<String> zones = List.of("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC");
        for (int i = 0; i < TIMES / 10; i++) {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Instant moment = Instant.ofEpochSecond(random.nextLong(86_400, 2_000_000_000L));
            ZonedDateTime there = moment.atZone(zone);
            long read = ms(quoted(there.toLocalDateTime().toString()), null, zone);
            // Of a time that comes twice the first is meant.
            assertThat(read)
                    .as("seed %d, %s", SEED, there)
                    .isEqualTo(there.withEarlierOffsetAtOverlap().toInstant().toEpochMilli());
        }
    }

    @Test
    void settingsThatAreNoneAreRefused() {
        assertThatThrownBy(() -> EpochUnit.parse("fields.at.unit", "sec"))
                .hasMessage("fields.at.unit must be one of [s, ms, us, ns]: fields.at.unit=sec");
        assertThatThrownBy(() -> TimeFormat.zone("fields.at.zone", "Berlin"))
                .hasMessageContaining(
                        "fields.at.zone must be a time zone such as Europe/Berlin: fields.at.zone=Berlin");
    }
}
