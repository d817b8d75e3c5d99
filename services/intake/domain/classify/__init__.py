from services.intake.domain.classify.rules import Rules, RulesError, rules_from
