//! The properties of schema.org for the types that a claim review is made of, so that a slip in a name is seen (`CR12`):
//! the vocabulary takes any name silently. Names are facts; taken from the npm package `schema-dts` 2.1.0.

/// Whether schema.org has the property for the type. Keywords of JSON-LD are no properties, and fine.
pub fn knows(what: &str, property: &str) -> bool {
    let lists: &[&str] = match what {
        "ClaimReview" => &[THING, CREATIVE_WORK, REVIEW, "claimReviewed"],
        "Claim" => &[THING, CREATIVE_WORK, CLAIM],
        "Rating" => &[THING, RATING],
        _ => return true,
    };
    property.starts_with('@') || lists.iter().any(|list| list.split_whitespace().any(|name| name == property))
}

const THING: &str = "\
    additionalType alternateName description disambiguatingDescription identifier image mainEntityOfPage name owner \
    potentialAction sameAs subjectOf url";
const CREATIVE_WORK: &str = "\
    about abstract accessibilityAPI accessibilityControl accessibilityFeature accessibilityHazard \
    accessibilitySummary accessMode accessModeSufficient accountablePerson acquireLicensePage aggregateRating \
    alternativeHeadline archivedAt assesses associatedMedia audience audio author award awards character citation \
    comment commentCount conditionsOfAccess contentLocation contentRating contentReferenceTime contributor \
    copyrightHolder copyrightNotice copyrightYear correction countryOfOrigin creativeWorkStatus creator creditText \
    dateCreated dateModified datePublished digitalSourceType discussionUrl displayLocation editEIDR editor \
    educationalAlignment educationalLevel educationalUse encoding encodingFormat encodings exampleOfWork expires \
    fileFormat funder funding genre hasPart headline inLanguage interactionStatistic interactivityType \
    interpretedAsClaim isAccessibleForFree isBasedOn isBasedOnUrl isFamilyFriendly isPartOf keywords \
    learningResourceType license locationCreated mainEntity maintainer material materialExtent mentions offers \
    pattern position producer provider publication publisher publisherImprint publishingPrinciples recordedAt \
    releasedEvent review reviews schemaVersion sdDatePublished sdLicense sdPublisher size sourceOrganization spatial \
    spatialCoverage sponsor teaches temporal temporalCoverage text thumbnail thumbnailUrl timeRequired \
    translationOfWork translator typicalAgeRange usageInfo version video wordCount workExample workTranslation";
const REVIEW: &str = "\
    associatedClaimReview associatedMediaReview associatedReview itemReviewed negativeNotes positiveNotes \
    reviewAspect reviewBody reviewRating";
const RATING: &str = "\
    author bestRating ratingExplanation ratingValue reviewAspect worstRating";
const CLAIM: &str = "\
    appearance claimInterpreter firstAppearance";
