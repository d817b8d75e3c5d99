-- A settlement is raised in the other complaints of its person.
CREATE INDEX negotiation_list_person ON negotiation_list (person);
